"""Managers' pages, and admins'."""

from tests.isolation.table.sent import HOOK, INVITE, RULES_FORM, STOPPED, UNPROVED, WHY
from tests.isolation.table.shape import Door, admin_page, manager_page

MANAGERS: dict[str, Door] = {
    # Managers' pages
    "GET o/<slug:org>/admin/resources/<uuid:resource_id>/rules/edit": manager_page(),
    "POST o/<slug:org>/admin/resources/<uuid:resource_id>/rules/edit": manager_page(302, data=RULES_FORM),
    "GET o/<slug:org>/admin/rules/<slug:scope>/edit": manager_page(),
    "POST o/<slug:org>/admin/rules/<slug:scope>/edit": manager_page(302, data=RULES_FORM),
    "POST o/<slug:org>/admin/settings/members/<uuid:member_id>": manager_page(302, data={"role": "instructor"}),
    "POST o/<slug:org>/admin/settings/invitations": manager_page(302, data=INVITE),
    "POST o/<slug:org>/admin/settings/invitations/<uuid:invitation_id>/withdraw": manager_page(302),
    "GET o/<slug:org>/admin/qualifications/new": manager_page(),
    "POST o/<slug:org>/admin/qualifications/new": manager_page(302, data={"name": "Press"}),
    "GET o/<slug:org>/admin/qualifications/<uuid:qualification_id>/edit": manager_page(),
    "POST o/<slug:org>/admin/qualifications/<uuid:qualification_id>/edit": manager_page(302, data={"name": "Press"}),
    "POST o/<slug:org>/admin/qualifications/<uuid:qualification_id>/archive": manager_page(302),
    "GET o/<slug:org>/admin/audit": manager_page(),
    "GET o/<slug:org>/admin/audit.csv": manager_page(),
    "GET o/<slug:org>/admin/integrity": manager_page(),
    "GET o/<slug:org>/admin/integrity/<uuid:verdict_id>": manager_page(),
    # Admins' pages
    "GET o/<slug:org>/admin/webhooks": admin_page(),
    "GET o/<slug:org>/admin/webhooks/new": admin_page(),
    "POST o/<slug:org>/admin/webhooks/new": admin_page(data={**HOOK, "everything": "on"}),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>": admin_page(),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/edit": admin_page(),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/edit": admin_page(302, data={**HOOK, "everything": "on"}),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/prove": admin_page(302, about=UNPROVED),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/test": admin_page(302),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/secret": admin_page(),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/secret": admin_page(data={"old_works_hours": "24"}),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/secret/end": admin_page(302),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/pause": admin_page(),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/pause": admin_page(302, data=WHY),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/resume": admin_page(302, about=STOPPED),
    "GET o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/remove": admin_page(),
    "POST o/<slug:org>/admin/webhooks/<uuid:endpoint_id>/remove": admin_page(302),
}
