//! The stand-ins, asked by hand.
