//! Tables with a caption. At phone width every row becomes a card in which each cell has its label.

use maud::{Markup, Render, html};

/// A table. Used like markup: `(Table::new("Users").columns(["Name", "Type"]).rows(rows))`.
#[derive(Debug)]
#[must_use]
pub struct Table<'a> {
    caption: &'a str,
    columns: Vec<&'a str>,
    rows: Vec<Row>,
}

/// A row of a table: as many cells as the table has columns. The first one names the row.
#[derive(Debug)]
#[must_use]
pub struct Row {
    cells: Vec<Markup>,
    id: Option<String>,
}

impl Row {
    /// A row.
    pub fn new(cells: impl IntoIterator<Item = Markup>) -> Self {
        Self {
            cells: cells.into_iter().collect(),
            id: None,
        }
    }

    /// Its name for links; a page that is opened with `#id` highlights it.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl<'a> Table<'a> {
    /// A table. The caption is for screen readers: the heading above says it to everybody else.
    pub const fn new(caption: &'a str) -> Self {
        Self {
            caption,
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// The columns' names. One that begins with `-` is only for screen readers (`"-Actions"`).
    pub fn columns(mut self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.columns = columns.into_iter().collect();
        self
    }

    /// The rows.
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// One more row.
    pub fn row(mut self, cells: impl IntoIterator<Item = Markup>) -> Self {
        self.rows.push(Row::new(cells));
        self
    }
}

impl Render for Table<'_> {
    // The roles say again what the elements are, for browsers forget it when CSS makes cards of rows.
    fn render(&self) -> Markup {
        html! {
            div.table {
                table role="table" {
                    caption.visually-hidden { (self.caption) }
                    thead role="rowgroup" {
                        tr role="row" {
                            @for column in &self.columns {
                                th scope="col" role="columnheader" {
                                    @match column.strip_prefix('-') {
                                        Some(hidden) => { span.visually-hidden { (hidden) } }
                                        None => { (column) }
                                    }
                                }
                            }
                        }
                    }
                    tbody role="rowgroup" { @for row in &self.rows { (self.row_of(row)) } }
                }
            }
        }
    }
}

impl Table<'_> {
    fn row_of(&self, row: &Row) -> Markup {
        html! {
            tr role="row" id=[row.id.as_deref()] {
                @for (index, (cell, column)) in row.cells.iter().zip(&self.columns).enumerate() {
                    @let label = (!column.starts_with('-')).then_some(column);
                    @if index == 0 {
                        th scope="row" role="rowheader" data-label=[label] { div.cell { (cell) } }
                    } @else {
                        td role="cell" data-label=[label] { div.cell { (cell) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_caption_and_its_cells_know_their_columns() {
        let cells = || [html! { "a" }, html! { "b" }];
        let table = Table::new("Users")
            .columns(["Name", "-Actions"])
            .rows([Row::new(cells()).id("usr_1")]);
        let markup = table.render().into_string();
        assert!(
            markup.contains(r#"<caption class="visually-hidden">Users</caption>"#),
            "{markup}"
        );
        assert!(
            markup.contains(r#"<tr role="row" id="usr_1"><th scope="row""#),
            "{markup}"
        );
        assert!(
            markup.contains(r#"data-label="Name""#) && !markup.contains("data-label=\"-"),
            "{markup}"
        );
        assert!(
            markup.contains(r#"<span class="visually-hidden">Actions</span>"#),
            "{markup}"
        );
    }
}
