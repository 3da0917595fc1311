//! A test beside its bank: rules down, difficulties across, in each cell what is asked for and what there is.

use domain::item::DIFFICULTIES;
use domain::rulebook::Rule;
use domain::test::Blueprint;
use i18n::{Locale, t};
use leptos::prelude::*;
use service::blueprint::Depth;

use crate::pages::trainer_words::rule_title;

/// What a table of cells is made of.
pub(super) struct Matrix<'a> {
    /// The rules, in their order.
    pub rules: &'a [Rule],
    /// What the bank holds.
    pub depth: &'a [Depth],
    /// How many items a cell asks for.
    pub asked: &'a dyn Fn(&str, u8) -> u64,
}

impl Matrix<'_> {
    /// How many live items of a cell there are.
    pub(super) fn in_bank(&self, rule: &str, difficulty: u8) -> u64 {
        let cell = |found: &&Depth| found.rule == rule && found.difficulty == difficulty;
        self.depth.iter().find(cell).map_or(0, |found| found.live)
    }

    fn asked_of(&self, rule: &str) -> u64 {
        DIFFICULTIES.map(|difficulty| (self.asked)(rule, difficulty)).into_iter().sum()
    }

    fn bank_of(&self, rule: &str) -> u64 {
        DIFFICULTIES.map(|difficulty| self.in_bank(rule, difficulty)).into_iter().sum()
    }
}

/// The heads of the columns.
pub(super) fn column(l: Locale, difficulty: u8) -> String {
    match difficulty {
        1 => t!(l, items.column_1),
        2 => t!(l, items.column_2),
        _ => t!(l, items.column_3),
    }
}

/// What stands below a number: how many there are to choose from, or how many are missing.
pub(super) fn beside(l: Locale, asked: u64, live: u64) -> String {
    match asked.checked_sub(live) {
        Some(missing) if missing > 0 => t!(l, items.lacking, number = missing),
        Some(_) | None => t!(l, items.of_bank, number = live),
    }
}

/// The table; `cell` draws one `<td>`.
pub(super) fn matrix(l: Locale, matrix: &Matrix<'_>, cell: &dyn Fn(&Rule, u8) -> AnyView) -> AnyView {
    let rows: Vec<_> = matrix
        .rules
        .iter()
        .map(|rule| {
            view! {
                <tr>
                    <th scope="row" lang="ru">{rule_title(rule)}</th>
                    {DIFFICULTIES.map(|difficulty| cell(rule, difficulty))}
                    {number(t!(l, items.total), matrix.asked_of(&rule.code))}
                    {number(t!(l, items.in_bank), matrix.bank_of(&rule.code))}
                </tr>
            }
        })
        .collect();
    let heads = DIFFICULTIES.map(|difficulty| {
        view! { <th scope="col" class="num">{column(l, difficulty)}</th> }
    });
    view! {
        <div class="table-wrap"><table class="table matrix to-cards">
            <caption class="visually-hidden">{t!(l, items.blueprint)}</caption>
            <thead><tr>
                <th scope="col">{t!(l, items.rule)}</th>{heads}
                <th scope="col" class="num">{t!(l, items.total)}</th><th scope="col" class="num">{t!(l, items.in_bank)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
            <tfoot>{foot(l, matrix)}</tfoot>
        </table></div>
    }
    .into_any()
}

fn foot(l: Locale, matrix: &Matrix<'_>) -> AnyView {
    let codes = || matrix.rules.iter().map(|rule| rule.code.as_str());
    let columns = DIFFICULTIES.map(|difficulty| {
        number(column(l, difficulty), codes().map(|code| (matrix.asked)(code, difficulty)).sum())
    });
    view! {
        <tr>
            <th scope="row">{t!(l, items.total)}</th>
            {columns}
            {number(t!(l, items.total), codes().map(|code| matrix.asked_of(code)).sum())}
            {number(t!(l, items.in_bank), codes().map(|code| matrix.bank_of(code)).sum())}
        </tr>
    }
    .into_any()
}

fn number(label: String, number: u64) -> AnyView {
    view! { <td class="num" data-label=label>{number.to_string()}</td> }.into_any()
}

/// The table of a blueprint that is only read.
pub(super) fn read(l: Locale, rules: &[Rule], depth: &[Depth], blueprint: &Blueprint) -> AnyView {
    let asked = |rule: &str, difficulty: u8| u64::from(blueprint.count(rule, difficulty));
    let shown = Matrix { rules, depth, asked: &asked };
    matrix(l, &shown, &|rule, difficulty| {
        let (wanted, live) = (asked(&rule.code, difficulty), shown.in_bank(&rule.code, difficulty));
        let class = if wanted > live { "num wrong" } else { "num" };
        view! {
            <td class=class data-label=column(l, difficulty)>
                <span>{wanted.to_string()}<small>{beside(l, wanted, live)}</small></span>
            </td>
        }
        .into_any()
    })
}
