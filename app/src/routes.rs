//! Every address of the product, with who may open it. The only place that makes routes.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use domain::access::Act;
use domain::refusal::Refusal;

use crate::cx::{Cx, Site};
use crate::pages;
use crate::refused::No;
use crate::shell::with_bell;

/// Who may open an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Anybody.
    ToAll,
    /// Whoever may do this to somebody at all; the use case looks closer.
    To(Act),
}

/// One address. `sample` is a path for tests that visit every page; `{…}` stands for an id.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// As axum writes it.
    pub path: &'static str,
    /// GET, POST or both.
    pub methods: &'static str,
    /// Who may.
    pub open: Open,
}

macro_rules! routes {
    ($($path:literal $methods:literal $open:expr => $router:expr;)*) => {
        /// Every page and form.
        pub const ROUTES: &[Route] = &[$(Route { path: $path, methods: $methods, open: $open },)*];

        /// The router of all pages.
        pub fn router() -> Router<Site> {
            Router::new()$(.route($path, guarded($open, $router)))*.route_layer(from_fn(with_bell))
        }
    };
}

/// Turns away whoever may do this to nobody, before any page runs. The use case looks closer.
fn guarded(open: Open, router: MethodRouter<Site>) -> MethodRouter<Site> {
    match open {
        Open::ToAll => router,
        Open::To(act) => {
            router.layer(from_fn(move |cx: Cx, request: Request, next: Next| guard(act, cx, request, next)))
        }
    }
}

async fn guard(act: Act, cx: Cx, request: Request, next: Next) -> Result<Response, No> {
    if cx.actor()?.may(act) { Ok(next.run(request).await) } else { Err(No(Refusal::Denied)) }
}

use Open::{To, ToAll};

routes! {
    "/" "GET" ToAll => get(pages::home::get);
    "/login" "GET POST" ToAll => get(pages::sign_in::get).post(pages::sign_in::post);
    "/login/code" "GET POST" ToAll => get(pages::sign_in_code::get).post(pages::sign_in_code::post);
    "/logout" "POST" ToAll => post(pages::sign_in::out);
    "/language" "POST" ToAll => post(pages::home::language);
    "/theme" "POST" ToAll => post(pages::home::theme);
    "/verify" "GET" ToAll => get(pages::verify::ask);
    "/verify/receipt" "GET POST" ToAll => get(pages::verify_receipt::get).post(pages::verify_receipt::post);
    "/verify/{serial}" "GET" ToAll => get(pages::verify::get);
    "/learn" "GET" To(Act::Learn) => get(pages::learn::get);
    "/learn/{lesson}" "GET POST" To(Act::Learn) => get(pages::lesson::get).post(pages::lesson::post);
    "/tests/{test}" "GET POST" To(Act::Learn) => get(pages::test::get).post(pages::test::post);
    "/practice/{test}" "GET POST" To(Act::Learn) => get(pages::test::get_practice).post(pages::test::post_practice);
    "/exam/{attempt}" "GET POST" To(Act::Learn) => get(pages::exam::get).post(pages::exam::post);
    "/exam/{attempt}/finish" "GET POST" To(Act::Learn) => get(pages::finish::get).post(pages::finish::post);
    "/exam/{attempt}/take-over" "POST" To(Act::Learn) => post(pages::exam::take_over);
    "/results" "GET" To(Act::Learn) => get(pages::results::get);
    "/results/{attempt}" "GET" To(Act::Learn) => get(pages::result::get);
    "/results/{attempt}/receipt" "GET" To(Act::Learn) => get(pages::receipt::get);
    "/badge" "GET" To(Act::Learn) => get(pages::badge::get);
    "/account" "GET POST" To(Act::Learn) => get(pages::account::get).post(pages::account::post);
    "/account/sessions" "POST" To(Act::Learn) => post(pages::account::end_session);
    "/hr" "GET" To(Act::ReadPeople) => get(pages::hr_people::get);
    "/hr/people/new" "GET POST" To(Act::EditPeople) => get(pages::hr_person_edit::get_new).post(pages::hr_person_edit::post_new);
    "/hr/people/{person}" "GET" To(Act::ReadPeople) => get(pages::hr_person::get);
    "/hr/people/{person}/edit" "GET POST" To(Act::EditPeople) => get(pages::hr_person_edit::get).post(pages::hr_person_edit::post);
    "/hr/people/{person}/enrol" "GET POST" To(Act::Enrol) => get(pages::hr_person::come_back).post(pages::hr_person::enrol);
    "/hr/people/{person}/code" "GET POST" To(Act::IssueCode) => get(pages::hr_code::get).post(pages::hr_code::post);
    "/hr/people/{person}/dismiss" "GET POST" To(Act::EditPeople) => get(pages::hr_dismiss::get).post(pages::hr_dismiss::post);
    "/hr/ready" "GET POST" To(Act::Decide) => get(pages::hr_ready::get).post(pages::hr_ready::post);
    "/hr/ready/decide" "GET POST" To(Act::Decide) => get(pages::hr_decide::get).post(pages::hr_decide::post);
    "/hr/doubts" "GET" To(Act::Decide) => get(pages::hr_doubts::get);
    "/hr/doubts/{doubt}" "GET POST" To(Act::Decide) => get(pages::hr_doubt::get).post(pages::hr_doubt::post);
    "/hr/certified" "GET" To(Act::ReadResults) => get(pages::hr_certified::get);
    "/hr/certified.csv" "GET" To(Act::ReadResults) => get(pages::hr_certified::csv);
    "/hr/counts" "GET" To(Act::ReadResults) => get(pages::hr_counts::get);
    "/admin" "GET" To(Act::ReadJobs) => get(pages::admin_home::get);
    "/admin/accounts" "GET" To(Act::KeepAccounts) => get(pages::admin_accounts::get);
    "/admin/accounts/{person}" "GET POST" To(Act::KeepAccounts) => get(pages::admin_account::get).post(pages::admin_account::post);
    "/admin/accounts/{person}/new" "GET POST" To(Act::KeepAccounts) => get(pages::admin_account_new::get).post(pages::admin_account_new::post);
    "/admin/settings" "GET POST" To(Act::EditSettings) => get(pages::admin_settings::get).post(pages::admin_settings::post);
    "/admin/jobs" "GET" To(Act::ReadJobs) => get(pages::admin_jobs::get);
    "/admin/jobs/{job}/again" "POST" To(Act::ReadJobs) => post(pages::admin_jobs::again);
    "/admin/rehearsal" "GET POST" To(Act::ReadJobs) => get(pages::admin_rehearsal::get).post(pages::admin_rehearsal::post);
    "/admin/rehearsal/stop" "POST" To(Act::ReadJobs) => post(pages::admin_rehearsal::stop);
    "/admin/audit" "GET" To(Act::ReadAudit) => get(pages::admin_audit::get);
    "/admin/networks" "GET POST" To(Act::EditSettings) => get(pages::admin_networks::get).post(pages::admin_networks::post);
    "/proctor" "GET" To(Act::ReadSessions) => get(pages::proctor::get);
    "/proctor/new" "GET POST" To(Act::Proctor) => get(pages::proctor_new::get).post(pages::proctor_new::post);
    "/proctor/{session}" "GET POST" To(Act::ReadSessions) => get(pages::proctor_board::get).post(pages::proctor_board::post);
    "/proctor/{session}/events" "GET" To(Act::ReadSessions) => get(pages::proctor_events::get);
    "/proctor/{session}/candidates" "GET POST" To(Act::Proctor) => get(pages::proctor_candidates::get).post(pages::proctor_candidates::post);
    "/proctor/{session}/codes" "GET" To(Act::Proctor) => get(pages::proctor_codes::get);
    "/proctor/{session}/window" "GET POST" To(Act::Proctor) => get(pages::proctor_window::get).post(pages::proctor_window::post);
    "/proctor/{session}/protocol" "GET" To(Act::ReadSessions) => get(pages::proctor_protocol::get);
    "/notices" "GET POST" To(Act::Learn) => get(pages::notices::get).post(pages::notices::post);
    "/notices/{notice}/read" "POST" To(Act::Learn) => post(pages::notices::read);
    "/trainer" "GET" To(Act::ReadPracticeItems) => get(pages::trainer::get);
    "/trainer/items" "GET" To(Act::ReadPracticeItems) => get(pages::trainer_items::get);
    "/trainer/items/new" "GET POST" To(Act::EditPracticeItems) => get(pages::trainer_item_new::get).post(pages::trainer_item_new::post);
    "/trainer/items/{item}" "GET POST" To(Act::ReadPracticeItems) => get(pages::trainer_item::get).post(pages::trainer_item::post);
    "/trainer/items/{item}/submit" "POST" To(Act::EditPracticeItems) => post(pages::trainer_item::submit);
    "/trainer/items/{item}/approve" "POST" To(Act::EditPracticeItems) => post(pages::trainer_item::approve);
    "/trainer/items/{item}/retire" "POST" To(Act::EditPracticeItems) => post(pages::trainer_item::retire);
    "/trainer/items/{item}/revive" "POST" To(Act::EditPracticeItems) => post(pages::trainer_item::revive);
    "/trainer/items/{item}/regrade" "GET POST" To(Act::EditExamItems) => get(pages::trainer_regrade_new::get).post(pages::trainer_regrade_new::post);
    "/trainer/regrades" "GET" To(Act::ReadRegrades) => get(pages::trainer_regrades::get);
    "/trainer/regrades/{regrade}" "GET" To(Act::ReadRegrades) => get(pages::trainer_regrade::get);
    "/trainer/regrades/{regrade}/approve" "POST" To(Act::Regrade) => post(pages::trainer_regrade::approve);
    "/trainer/regrades/{regrade}/reject" "POST" To(Act::Regrade) => post(pages::trainer_regrade::reject);
    "/trainer/regrades/{regrade}/again" "POST" To(Act::Regrade) => post(pages::trainer_regrade::again);
    "/trainer/tests" "GET" To(Act::ReadTests) => get(pages::trainer_tests::get);
    "/trainer/tests/{test}" "GET" To(Act::ReadTests) => get(pages::trainer_test::get);
    "/trainer/tests/{test}/draft" "GET POST" To(Act::EditTests) => get(pages::trainer_draft::get).post(pages::trainer_draft::post);
    "/trainer/tests/{test}/publish" "GET POST" To(Act::EditTests) => get(pages::trainer_publish::get).post(pages::trainer_publish::post);
    "/trainer/rulebook" "GET POST" To(Act::EditRulebook) => get(pages::trainer_rulebook::get).post(pages::trainer_rulebook::post);
    "/trainer/rulebook/{version}" "GET POST" To(Act::EditRulebook) => get(pages::trainer_rules::get).post(pages::trainer_rules::post);
    "/trainer/groups" "GET POST" To(Act::KeepGroups) => get(pages::trainer_groups::get).post(pages::trainer_groups::post);
    "/trainer/groups/{group}" "GET POST" To(Act::KeepGroups) => get(pages::trainer_group::get).post(pages::trainer_group::post);
}
