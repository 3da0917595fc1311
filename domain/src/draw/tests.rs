use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::test::{Cell, Least, POLICY};

fn candidate(n: u128, rule: &str, difficulty: u8, enemies: Option<&str>) -> Candidate {
    Candidate {
        item: Uuid::from_u128(n),
        version: Uuid::from_u128(n + 1000),
        rule: rule.into(),
        difficulty,
        venue: Some(Venue::Centre),
        enemies: enemies.map(String::from),
        foes: Vec::new(),
        exposure_bp: 0,
        kind: Kind::Single,
        key: vec![0],
        options: 4,
    }
}

fn pool() -> Vec<Candidate> {
    (0..60)
        .map(|n| {
            let rule = if n % 2 == 0 { "r1" } else { "r2" };
            candidate(n, rule, u8::try_from(n % 3 + 1).unwrap(), (n < 8).then_some("third-visit"))
        })
        .collect()
}

fn cell(rule: &str, difficulty: u8, count: u32) -> Cell {
    Cell { rule: rule.into(), difficulty, count }
}

fn blueprint() -> Blueprint {
    Blueprint { cells: vec![cell("r1", 1, 3), cell("r1", 2, 2), cell("r2", 3, 4)], ..Blueprint::default() }
}

/// Items 0 and 1 are enemies of 5, 6 and 7: with either of them rule 2 cannot be filled. Two items, one
/// of each rule, take place in a clinic.
fn scarce() -> (Blueprint, Vec<Candidate>) {
    let pool = (0..10)
        .map(|n| {
            let mut candidate = candidate(n, if n < 5 { "r1" } else { "r2" }, 1, None);
            if n < 2 {
                candidate.foes = [5, 6, 7].map(Uuid::from_u128).to_vec();
            }
            if n == 2 || n == 8 {
                candidate.venue = Some(Venue::Clinic);
            }
            candidate
        })
        .collect();
    let cells = vec![cell("r1", 1, 3), cell("r2", 1, 3)];
    (Blueprint { cells, venues: vec![Least { venue: Venue::Clinic, count: 2 }] }, pool)
}

fn numbers(form: &[Drawn]) -> Vec<u128> {
    form.iter().map(|drawn| drawn.item.as_u128()).collect()
}

fn at(second: i64) -> Moment {
    Moment::from_timestamp_secs(1_800_000_000 + second).unwrap()
}

fn are_enemies(one: &Candidate, other: &Candidate) -> bool {
    one.item != other.item
        && ((one.enemies.is_some() && one.enemies == other.enemies)
            || one.foes.contains(&other.item)
            || other.foes.contains(&one.item))
}

fn enemies_meet(form: &[&Candidate]) -> bool {
    form.iter().any(|one| form.iter().any(|other| are_enemies(one, other)))
}

fn drawn_of<'a>(form: &[Drawn], pool: &'a [Candidate]) -> Vec<&'a Candidate> {
    form.iter().map(|drawn| pool.iter().find(|c| c.item == drawn.item).unwrap()).collect()
}

#[test]
fn the_form_of_a_known_seed_never_changes() {
    let mut kept = pool();
    for candidate in &mut kept {
        candidate.venue = None;
    }
    for pool in [pool(), kept] {
        let form = draw(&blueprint(), POLICY, &pool, &Seen::new(), [7; 32]).unwrap();
        assert_eq!(numbers(&form), KNOWN_FORM, "a stored attempt could no longer be replayed");
    }
}
const KNOWN_FORM: [u128; 9] = [52, 41, 42, 59, 35, 6, 23, 22, 24];

#[test]
fn the_form_of_a_known_seed_never_changes_where_it_is_searched_for() {
    let (blueprint, pool) = scarce();
    let form = draw(&blueprint, POLICY, &pool, &Seen::new(), [7; 32]).unwrap();
    assert_eq!(numbers(&form), [3, 5, 2, 4, 8, 9], "a stored attempt could no longer be replayed");
}

#[test]
fn a_pool_that_was_kept_before_venues_counted_is_read_and_drawn_as_it_was() {
    let kept = r#"[
        {"item":"00000000-0000-0000-0000-000000000001","version":"00000000-0000-0000-0000-000000000011",
         "rule":"r1","difficulty":1,"enemies":"x","kind":"single","options":3},
        {"item":"00000000-0000-0000-0000-000000000002","version":"00000000-0000-0000-0000-000000000012",
         "rule":"r1","difficulty":1,"enemies":null,"kind":"ordering","options":4},
        {"item":"00000000-0000-0000-0000-000000000003","version":"00000000-0000-0000-0000-000000000013",
         "rule":"r2","difficulty":1,"enemies":"x","kind":"single","options":3}]"#;
    let pool: Vec<Candidate> = serde_json::from_str(kept).unwrap();
    assert!(pool.iter().all(|c| c.venue.is_none() && c.foes.is_empty() && c.exposure_bp == 0));
    let one_each = Blueprint { cells: vec![cell("r1", 1, 1), cell("r2", 1, 1)], ..Blueprint::default() };
    let met = (0..=255).filter(|seed| {
        let form = draw(&one_each, POLICY, &pool, &Seen::new(), [*seed; 32]).unwrap();
        enemies_meet(&drawn_of(&form, &pool))
    });
    assert!(met.count() > 0, "there was no search then, so enemies sometimes met");
}

#[test]
fn a_shallow_bank_names_every_cell_that_lacks() {
    let cells = vec![cell("r1", 1, 99), cell("r1", 2, 2), cell("r9", 3, 1)];
    let asked = Blueprint { cells, ..Blueprint::default() };
    let shallow = draw(&asked, POLICY, &pool(), &Seen::new(), [0; 32]).unwrap_err();
    let named: Vec<_> = shallow.iter().map(|cell| (cell.rule.as_str(), cell.wanted, cell.found)).collect();
    assert_eq!(named, [("r1", 99, 10), ("r9", 1, 0)]);
}

#[test]
fn a_venue_that_no_form_can_hold_often_enough_is_named() {
    let (mut asked, pool) = scarce();
    assert!(too_few(&asked, &pool).is_empty());
    asked.venues = vec![Least { venue: Venue::Clinic, count: 3 }, Least { venue: Venue::Centre, count: 6 }];
    assert_eq!(too_few(&asked, &pool), [TooFew { venue: Venue::Clinic, wanted: 3, found: 2 }]);
    let form = draw(&asked, POLICY, &pool, &Seen::new(), [0; 32]).unwrap();
    assert_eq!(form.len(), 6, "it is no reason not to draw");
    assert!(!enemies_meet(&drawn_of(&form, &pool)));
}

#[test]
fn enemies_that_cannot_be_kept_apart_do_not_stop_the_draw() {
    let pool = [candidate(1, "r1", 1, Some("x")), candidate(2, "r1", 1, Some("x"))];
    let both = Blueprint { cells: vec![cell("r1", 1, 2)], ..Blueprint::default() };
    assert_eq!(draw(&both, POLICY, &pool, &Seen::new(), [0; 32]).unwrap().len(), 2);
}

#[test]
fn an_ordering_is_never_shown_in_its_right_order() {
    let mut ordering = candidate(1, "r1", 1, None);
    ordering.kind = Kind::Ordering;
    ordering.options = 3;
    for seed in 0..=255 {
        for key in [vec![0, 1, 2], vec![2, 0, 1]] {
            ordering.key.clone_from(&key);
            assert_ne!(show(&ordering, &mut Stream::new([seed; 32], b"options")).order, key);
        }
    }
}

#[test]
fn what_was_met_is_counted_in_attempts() {
    let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
    let attempt = Uuid::from_u128;
    let rows =
        [(a, attempt(7), at(0)), (b, attempt(7), at(0)), (a, attempt(8), at(5)), (c, attempt(9), at(9))];
    let seen = seen(&rows);
    let ago = |item| seen.get(&item).map(|met| (met.attempts_ago, met.at));
    assert_eq!([ago(a), ago(b), ago(c)], [Some((2, at(5))), Some((3, at(0))), Some((1, at(9)))]);
}

#[test]
fn nothing_is_said_of_exposure_after_a_few_starts() {
    for (used, starts, bp) in [(19, 19, 0), (0, 0, 0), (20, 20, 10_000), (61, 100, 6100), (0, 100, 0)] {
        assert_eq!(exposure_bp(used, starts), bp, "{used} of {starts}");
    }
}

#[test]
fn everybody_who_starts_on_one_day_draws_from_the_same_pool() {
    let moment = |text: &str| text.parse::<Moment>().unwrap();
    let morning = counted_until(moment("2026-11-22T00:00:00Z"));
    assert_eq!(morning, moment("2026-11-22T00:00:00Z"));
    assert_eq!(counted_until(moment("2026-11-22T23:59:59.999999Z")), morning);
    assert!(counted_until(moment("2026-11-23T00:00:00Z")) > morning);
}

#[test]
fn what_is_used_too_often_goes_to_the_end_but_not_behind_what_was_just_met() {
    let mut pool: Vec<Candidate> = (0..4).map(|n| candidate(n, "r1", 1, None)).collect();
    pool[0].exposure_bp = POLICY.exposure_cap_bp + 1;
    pool[1].exposure_bp = POLICY.exposure_cap_bp;
    let three_ago = Met { at: at(0), attempts_ago: 3 };
    let just_now = Met { at: at(9), attempts_ago: 2 };
    let seen: Seen = [(pool[2].item, three_ago), (pool[3].item, just_now)].into();
    for (count, expected) in [(1, vec![1]), (2, vec![1, 2]), (3, vec![0, 1, 2]), (4, vec![0, 1, 2, 3])] {
        let asked = Blueprint { cells: vec![cell("r1", 1, count)], ..Blueprint::default() };
        for seed in 0..=20 {
            let mut found = numbers(&draw(&asked, POLICY, &pool, &seen, [seed; 32]).unwrap());
            found.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}

/// A small bank with enemies of both kinds, and a blueprint that it can fill.
fn small() -> impl Strategy<Value = (Blueprint, Vec<Candidate>)> {
    let item = (0..2u8, 1..=2u8, 0..6u8, 0..3u8, prop::collection::vec(0..10u128, 0..3));
    (prop::collection::vec(item, 1..10), [0..4u32, 0..4u32, 0..4u32, 0..4u32], 0..3u32).prop_map(
        |(items, counts, clinics)| {
            let pool: Vec<Candidate> = (0..)
                .zip(items)
                .map(|(n, (rule, difficulty, set, venue, foes))| {
                    let sets = [Some("a"), Some("b"), Some("c"), None, None, None];
                    let rule = if rule == 0 { "r1" } else { "r2" };
                    let mut candidate = candidate(n, rule, difficulty, sets[usize::from(set)]);
                    candidate.venue = Some(Venue::ALL[usize::from(venue)]);
                    candidate.foes = foes.into_iter().map(Uuid::from_u128).collect();
                    candidate
                })
                .collect();
            let places = [("r1", 1), ("r1", 2), ("r2", 1), ("r2", 2)];
            let cells = places
                .into_iter()
                .zip(counts)
                .map(|((rule, difficulty), count)| {
                    let there = pool.iter().filter(|c| c.rule == rule && c.difficulty == difficulty).count();
                    cell(rule, difficulty, count.min(u32::try_from(there).unwrap()))
                })
                .collect();
            (Blueprint { cells, venues: vec![Least { venue: Venue::Clinic, count: clinics }] }, pool)
        },
    )
}

fn meets_counts(blueprint: &Blueprint, form: &[&Candidate]) -> bool {
    blueprint.cells.iter().all(|cell| {
        let of_cell = form.iter().filter(|c| c.rule == cell.rule && c.difficulty == cell.difficulty);
        of_cell.count() == usize::try_from(cell.count).unwrap()
    })
}

fn meets_venues(blueprint: &Blueprint, form: &[&Candidate]) -> bool {
    blueprint.venues.iter().all(|least| {
        form.iter().filter(|c| c.venue == Some(least.venue)).count() >= usize::try_from(least.count).unwrap()
    })
}

proptest! {
    #[test]
    fn a_form_has_what_the_blueprint_asks_for(seed: [u8; 32]) {
        let pool = pool();
        let form = draw(&blueprint(), POLICY, &pool, &Seen::new(), seed).unwrap();
        let of = drawn_of(&form, &pool);
        prop_assert!(meets_counts(&blueprint(), &of));
        let items: BTreeSet<_> = form.iter().map(|d| d.item).collect();
        prop_assert_eq!(items.len(), form.len(), "no item twice");
        prop_assert!(of.iter().filter(|c| c.enemies.is_some()).count() <= 1, "enemies never meet");
        prop_assert_eq!(&form, &draw(&blueprint(), POLICY, &pool, &Seen::new(), seed).unwrap(), "replayable");
        for drawn in &form {
            let mut order = drawn.order.clone();
            order.sort_unstable();
            prop_assert_eq!(order, vec![0, 1, 2, 3]);
        }
    }

    /// Every form that there could be is looked at: what is possible is what is drawn.
    #[test]
    fn enemies_are_kept_apart_and_venues_held_wherever_that_is_possible((asked, pool) in small(), seed: [u8; 32]) {
        let form = draw(&asked, POLICY, &pool, &Seen::new(), seed).unwrap();
        let drawn = drawn_of(&form, &pool);
        prop_assert!(meets_counts(&asked, &drawn));
        prop_assert_eq!(drawn.len(), form.iter().map(|d| d.item).collect::<BTreeSet<_>>().len());
        let (mut apart, mut both) = (false, false);
        for chosen in 0..1u32 << pool.len() {
            let form: Vec<&Candidate> =
                pool.iter().zip(0..).filter(|(_, at)| (chosen >> at) & 1 == 1).map(|(c, _)| c).collect();
            if meets_counts(&asked, &form) && !enemies_meet(&form) {
                apart = true;
                both |= meets_venues(&asked, &form);
            }
        }
        prop_assert_eq!(!enemies_meet(&drawn), apart);
        prop_assert!(meets_venues(&asked, &drawn) || !both);
        prop_assert_eq!(&form, &draw(&asked, POLICY, &pool, &Seen::new(), seed).unwrap(), "replayable");
    }

    #[test]
    fn unseen_items_come_first_and_nothing_blocks(seed: [u8; 32]) {
        let met = Met { at: at(0), attempts_ago: 1 };
        let all: Seen = pool().iter().map(|c| (c.item, met)).collect();
        prop_assert!(draw(&blueprint(), POLICY, &pool(), &all, seed).is_ok());
        let first = draw(&blueprint(), POLICY, &pool(), &Seen::new(), seed).unwrap();
        let seen: Seen = first.iter().map(|d| (d.item, met)).collect();
        let second = draw(&blueprint(), POLICY, &pool(), &seen, seed).unwrap();
        prop_assert!(second.iter().all(|d| !seen.contains_key(&d.item)));
    }

    #[test]
    fn what_was_met_lately_waits_until_nothing_else_is_left(seed: [u8; 32], used in prop::collection::vec(0..10_000u32, 10)) {
        let mut pool: Vec<Candidate> = (0..10).map(|n| candidate(n, "r1", 1, None)).collect();
        for (candidate, used) in pool.iter_mut().zip(used) {
            candidate.exposure_bp = used;
        }
        let met = Met { at: at(0), attempts_ago: POLICY.unseen_attempts };
        let seen: Seen = pool.iter().take(4).map(|c| (c.item, met)).collect();
        for (count, again) in [(6, 0), (8, 2)] {
            let asked = Blueprint { cells: vec![cell("r1", 1, count)], ..Blueprint::default() };
            let form = draw(&asked, POLICY, &pool, &seen, seed).unwrap();
            prop_assert_eq!(form.iter().filter(|d| seen.contains_key(&d.item)).count(), again);
        }
    }

    #[test]
    fn a_token_belongs_to_one_option_of_one_question(seed: [u8; 32]) {
        let tokens: BTreeSet<String> =
            (1..=40).flat_map(|p| (0..6).map(move |o| (p, o))).map(|(p, o)| option_token(&seed, p, o)).collect();
        prop_assert_eq!(tokens.len(), 240);
    }
}
