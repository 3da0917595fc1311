use i18n::{Locale, t};
#[test]
fn plurals() {
    let n = 5u32;
    assert_eq!(t!(Locale::ru, common.questions, count = n), "5 вопросов");
    assert_eq!(t!(Locale::ru, common.hello, name = "Анна"), "Здравствуйте, Анна");
    assert_eq!(t!(Locale::en, common.save), "Save");
}
