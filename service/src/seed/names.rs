//! What made-up people are called: the n-th person has the same name on every machine.

use domain::id::{PositionId, UnitId};
use domain::people::FullName;
use domain::refusal::Fault;
use domain::time::{Day, Moment};
use store::people::NewPerson;

use crate::chance;
use crate::seed::plan::Names;

/// A prime longer than any list of names: multiples of it visit every combination once before one comes
/// again, and neighbours do not look alike.
const STRIDE: usize = 121_631;
/// Every third is a man: centres employ more women.
const MEN: usize = 3;

/// The n-th of a list that begins again when it ends.
pub(super) fn in_turn<T>(list: &[T], n: usize) -> Result<&T, Fault> {
    n.checked_rem(list.len())
        .and_then(|at| list.get(at))
        .ok_or_else(|| Fault::new("making up people", "a list to choose from is empty"))
}

/// The name of the n-th person.
pub(super) fn name(names: &Names, n: usize) -> Result<FullName, Fault> {
    let is_man = n.is_multiple_of(MEN);
    let (first, patronymics) = if is_man {
        (&names.male_first, &names.male_patronymic)
    } else {
        (&names.female_first, &names.female_patronymic)
    };
    let (surnames, given) = (names.surnames.len().max(1), first.len().max(1));
    let all = surnames * given * patronymics.len().max(1);
    let place = n % all * STRIDE % all;
    let (of_man, of_woman) = in_turn(&names.surnames, place)?;
    Ok(FullName {
        surname: if is_man { of_man } else { of_woman }.clone(),
        given: in_turn(first, place / surnames)?.clone(),
        patronymic: Some(in_turn(patronymics, place / (surnames * given))?.clone()),
    })
}

/// Somebody to add.
pub(super) fn newcomer(
    name: FullName,
    personnel_number: String,
    unit: UnitId,
    position: PositionId,
    from: Day,
    now: Moment,
) -> NewPerson {
    NewPerson {
        id: chance::id(now),
        name_id: chance::uuid(now),
        employment: chance::id(now),
        name,
        personnel_number,
        unit,
        position,
        from,
    }
}
