"""What a member of staff was told, and how he wants to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.app import settings_of
from webapp.database import transaction
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case
from webapp.feedback.life_cycle import State
from webapp.feedback.staff_notices import ListedNotification, count_unread, list_notifications
from webapp.messaging.chat_links import has_chat, new_chat_link, unlink_chat
from webapp.messaging.models import NotificationChoice
from webapp.messaging.notification_words import sentence_of
from webapp.messaging.notifications import choice_of, mark_read
from webapp.messaging.vocabulary import NoticeKind
from webapp.portal.access import current_account, signed_in
from webapp.portal.dates import moment_in_words
from webapp.portal.staff.forms import NotificationForm
from webapp.portal.staff.views import blueprint


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """One line of the list."""

    id: int
    sentence: str
    when: str
    read: bool
    urgent: bool


@blueprint.get("/pemberitahuan")
@signed_in
def show_notifications() -> ResponseReturnValue:
    """What was told, the latest first."""
    viewer = current_account()
    listed = list_notifications(viewer)
    zone = viewer.grants[0].unit.timezone if viewer.grants else settings_of(current_app).default_timezone
    lines = [_line(one, zone) for one in listed]
    return render_template("staff/show_notifications.html", lines=lines, unread=sum(not line.read for line in lines))


@blueprint.get("/pemberitahuan/jumlah")
@signed_in
def count_notifications() -> ResponseReturnValue:
    """The bell of the header alone: an open page asks for it now and then."""
    response = Response(render_template("staff/bell.html", unread=count_unread(current_account())))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/pemberitahuan/<int:notification_id>")
@signed_in
def open_notification(notification_id: int) -> ResponseReturnValue:
    """Open what a notification is about, and take it as read."""
    viewer = current_account()
    found = next((one for one in list_notifications(viewer, limit=1000) if one.id == notification_id), None)
    if found is None:
        abort(404)
    with transaction():
        mark_read(viewer.id, [notification_id], datetime.now(UTC))
    return redirect(_page_of(current_account(), found))


@blueprint.post("/pemberitahuan/dibaca")
@signed_in
def read_notifications() -> ResponseReturnValue:
    """Take all of them as read."""
    with transaction():
        mark_read(current_account().id, None, datetime.now(UTC))
    return redirect(url_for("staff.show_notifications"))


@blueprint.route("/pemberitahuan/pengaturan", methods=["GET", "POST"])
@signed_in
def choose_notifications() -> ResponseReturnValue:
    """By which ways, at which hours, and of what."""
    account_id = current_account().id
    form = NotificationForm(obj=_as_form(choice_of(account_id)))
    if form.validate_on_submit():
        with transaction() as session:
            choice = session.get(NotificationChoice, account_id) or NotificationChoice(account_id=account_id)
            choice.by_telegram, choice.by_email = bool(form.by_telegram.data), bool(form.by_email.data)
            choice.muted = [kind for kind in NoticeKind if kind not in (form.wanted.data or [])]
            quiet = form.quiet_from.data is not None and form.quiet_until.data is not None
            choice.quiet_from = form.quiet_from.data if quiet else None
            choice.quiet_until = form.quiet_until.data if quiet else None
            choice.digest_at = form.digest_at.data if form.digest.data == "daily" else None
            choice.changed_at = datetime.now(UTC)
            session.add(choice)
        flash(_("Pilihan Anda tersimpan."))
        return redirect(url_for("staff.choose_notifications"))
    return _choices(form, 400 if form.errors else 200)


@blueprint.post("/pemberitahuan/telegram")
@signed_in
def link_telegram() -> ResponseReturnValue:
    """Make a link by which the account's chat is tied to it; it is shown once."""
    with transaction():
        token = new_chat_link(current_account().id, datetime.now(UTC))
    return _choices(NotificationForm(formdata=None, obj=_as_form(choice_of(current_account().id))), 200, token)


@blueprint.post("/pemberitahuan/telegram/putus")
@signed_in
def unlink_telegram() -> ResponseReturnValue:
    """Tell nothing more in the chat."""
    with transaction():
        unlink_chat(current_account().id)
    flash(_("Obrolan Telegram Anda tidak terhubung lagi."))
    return redirect(url_for("staff.choose_notifications"))


def _choices(form: NotificationForm, status: int, token: str | None = None) -> ResponseReturnValue:
    settings = settings_of(current_app)
    account = current_account()
    page = render_template(
        "staff/choose_notifications.html",
        form=form,
        email=account.email,
        mail=bool(settings.smtp_url),
        chat=bool(settings.telegram_token or settings.telegram_bot),
        linked=has_chat(account.id),
        token=token,
        bot_link=f"https://t.me/{settings.telegram_bot}?start={token}" if token and settings.telegram_bot else None,
    )
    return page, status


def _as_form(choice: NotificationChoice) -> object:
    """The stored choice under the names of the form's fields."""

    @dataclass(frozen=True)
    class Shown:
        by_telegram = choice.by_telegram
        by_email = choice.by_email
        wanted = [str(kind) for kind in NoticeKind if kind not in choice.muted]  # noqa: RUF012  read once
        quiet_from = choice.quiet_from
        quiet_until = choice.quiet_until
        digest = "daily" if choice.digest_at is not None else "at_once"
        digest_at = choice.digest_at

    return Shown()


def _line(one: ListedNotification, zone: str) -> NotificationLine:
    urgent = one.kind in (NoticeKind.MISSED, NoticeKind.RETURNED)
    sentence = sentence_of(one.kind, one.code, one.particulars)
    return NotificationLine(one.id, sentence, moment_in_words(one.at, zone), one.read, urgent and not one.read)


def _page_of(viewer: Account, found: ListedNotification) -> str:
    """Where the viewer works on the case."""
    match found.kind:
        case NoticeKind.CONTEST_FILED | NoticeKind.CONTEST_OVERDUE if can(viewer, Permission.CONTEST_DECIDE):
            return url_for("staff.list_contests")
        case NoticeKind.CONTEST_DECIDED if can(viewer, Permission.INDICATOR_READ_OWN):
            return url_for("officer.list_attributed")
        case NoticeKind.OBJECTION_FILED | NoticeKind.OBJECTION_OVERDUE if can(viewer, Permission.OBJECTION_DECIDE):
            return url_for("supervisor.list_objections")
        case NoticeKind.OBJECTION_DECIDED if can(viewer, Permission.INDICATOR_READ_OWN):
            return url_for("officer.list_objections")
        case NoticeKind.PLAN_PROPOSED if can(viewer, Permission.PLAN_AGREE):
            told = found.particulars
            return url_for("supervisor.show_plan", officer_id=told["officer_id"], tahun=told["year"])
        case NoticeKind.PLAN_AGREED | NoticeKind.PLAN_RETURNED if can(viewer, Permission.PLAN_PROPOSE):
            return url_for("officer.show_plan", tahun=found.particulars["year"])
        case NoticeKind.REPORT_TOLD if can(viewer, Permission.PLAN_AGREE):
            told = found.particulars  # reports are told of the version that counts, whichever is the latest
            return url_for("supervisor.show_plan", officer_id=told["officer_id"], tahun=told["year"], versi="berlaku")
        case NoticeKind.REPORT_CONFIRMED | NoticeKind.REPORT_RETURNED if can(viewer, Permission.PLAN_PROPOSE):
            return url_for("officer.show_plan", tahun=found.particulars["year"], versi="berlaku")
        case NoticeKind.SIGNAL if can(viewer, Permission.SIGNAL_READ):
            return url_for("supervisor.show_signal", signal_id=found.particulars["signal"])
    if (code := found.code) is not None:
        try:
            complaint = get_case(viewer, code)
        except NotForThisPerson:
            abort(404)
        at_triage = complaint.state in (State.FILED, State.IN_TRIAGE, State.DEFERRED, State.VERIFIED)
        if can(viewer, Permission.COMPLAINT_TRIAGE) and (at_triage or not can(viewer, Permission.COMPLAINT_ANSWER)):
            return url_for("triage.decide", code=code)
        if can(viewer, Permission.COMPLAINT_ANSWER):
            return url_for("officer.show_case", code=code)
    return url_for("staff.show_notifications")
