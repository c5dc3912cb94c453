"""Prints, as JSON, what CloudFormation would be given: the SAM template decoded and transformed.

cfn-lint no longer transforms a SAM template itself, so the serverless rules would find no function
in it; and what SAM adds unasked (a role, an API) is only to be seen here.

Each further argument is a list of parameters, `NAME=VALUE ...`. For each follows what CloudFormation
would make of it: conditions are decided, `Fn::If` is replaced by its branch, and what is not made is
gone. Everything else stays as written. The whole output is one list.
"""

import json
import sys

from cfnlint.decode import decode
from samtranslator.translator.transform import transform

NOTHING = {"Ref": "AWS::NoValue"}


def rendered(path):
    """The template as it is, transformed."""
    template, problems = decode(path)
    if problems:
        sys.exit("\n".join(str(problem) for problem in problems))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # What `sam package` would put there.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    # No managed policies to look up by name, which would take an AWS account: roles are written out.
    return transform(template, {"RegionLabel": "eu"}, None)


class Decided:
    """A template's conditions under given parameters."""

    def __init__(self, template, given):
        declared = template["Parameters"]
        unknown = given.keys() - declared.keys()
        if unknown:
            sys.exit(f"no such parameter: {', '.join(sorted(unknown))}")
        self.values = {name: str(given.get(name, of.get("Default"))) for name, of in declared.items()}
        self.conditions = template.get("Conditions", {})

    def holds(self, condition):
        if isinstance(condition, str):
            return self.holds(self.conditions[condition])
        [(function, operands)] = condition.items()
        match function:
            case "Condition":
                return self.holds(operands)
            case "Fn::Equals":
                one, other = (self.values[o["Ref"]] if isinstance(o, dict) else str(o) for o in operands)
                return one == other
            case "Fn::Not":
                return not self.holds(operands[0])
            case "Fn::And":
                return all(self.holds(operand) for operand in operands)
            case "Fn::Or":
                return any(self.holds(operand) for operand in operands)
        sys.exit(f"{function} in a condition")

    def made(self, value):
        """What is left of a value."""
        if isinstance(value, list):
            made = (self.made(item) for item in value)
            return [item for item in made if item != NOTHING]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Fn::If"}:
            condition, held, failed = value["Fn::If"]
            return self.made(held if self.holds(condition) else failed)
        made = {name: self.made(item) for name, item in value.items()}
        return {name: item for name, item in made.items() if item != NOTHING}


def made(template, given):
    """What is left of a template under parameters."""
    decided = Decided(template, dict(pair.split("=", 1) for pair in given.split()))
    left = dict(template)
    for section in ("Resources", "Outputs"):
        left[section] = {
            name: decided.made(item)
            for name, item in template[section].items()
            if "Condition" not in item or decided.holds(item["Condition"])
        }
    return left


written = rendered(sys.argv[1])
json.dump([written, *(made(written, given) for given in sys.argv[2:])], sys.stdout)
