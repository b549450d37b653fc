"""Addresses of organizations, agreements, members and invitations."""

from django.urls import path

from partners.views import agreements, checks, council, deliveries, members, organizations, promises, register

app_name = "partners"
entry = "<int:delivery_pk>/"
one, party, promise = "agreements/<int:pk>/", "parties/<int:party_pk>/", "commitments/<int:commitment_pk>/"
urlpatterns = [
    path("organizations/", organizations.organization_list, name="organization-list"),
    path("organizations/register/", organizations.organization_register, name="organization-register"),
    path("organizations/<int:pk>/", organizations.organization, name="organization"),
    path("organizations/<int:pk>/amend/", organizations.organization_amend, name="organization-amend"),
    path("organizations/<int:pk>/ordinance/", council.ordinance_set, name="ordinance-set"),
    path("agreements/", register.agreement_list, name="agreement-list"),
    path("agreements/columns/", register.register_columns, name="register-columns"),
    path("agreements/print/", register.register_print, name="register-print"),
    path("agreements/register/", agreements.agreement_register, name="agreement-register"),
    path(one, agreements.agreement, name="agreement"),
    path(f"{one}history/", agreements.agreement_history, name="agreement-history"),
    path(f"{one}amend/", agreements.agreement_amend, name="agreement-amend"),
    path(f"{one}sign/", agreements.agreement_sign, name="agreement-sign"),
    path(f"{one}bring-into-force/", agreements.agreement_bring_into_force, name="agreement-bring-into-force"),
    path(f"{one}fulfil/", agreements.agreement_fulfil, name="agreement-fulfil"),
    path(f"{one}terminate/", agreements.agreement_terminate, name="agreement-terminate"),
    path(f"{one}renew/", agreements.agreement_renew, name="agreement-renew"),
    path(f"{one}record-consent/", council.agreement_record_consent, name="agreement-record-consent"),
    path(f"{one}report-to-council/", council.agreement_report_to_council, name="agreement-report-to-council"),
    path(f"{one}parties/add/", promises.party_add, name="party-add"),
    path(f"{one}{party}amend/", promises.party_amend, name="party-amend"),
    path(f"{one}{party}remove/", promises.party_remove, name="party-remove"),
    path(f"{one}commitments/add/", promises.commitment_add, name="commitment-add"),
    path(f"{one}{promise}amend/", promises.commitment_amend, name="commitment-amend"),
    path(f"{one}{promise}remove/", promises.commitment_remove, name="commitment-remove"),
    path(f"{one}{promise}deliveries/", deliveries.delivery_list, name="delivery-list"),
    path(f"{one}{promise}deliveries/enter/", deliveries.delivery_enter, name="delivery-enter"),
    path(f"{one}{promise}deliveries/{entry}withdraw/", deliveries.delivery_withdraw, name="delivery-withdraw"),
    path(f"{one}{promise}deliveries/{entry}evidence/", deliveries.delivery_evidence, name="delivery-evidence"),
    path(f"{one}documents/add/", promises.document_add, name="document-add"),
    path(f"{one}documents/<int:document_pk>/", promises.document, name="document"),
    path("checks/", checks.check_list, name="check-list"),
    path("checks/<int:pk>/", checks.check, name="check"),
    path("checks/<int:pk>/fill/", checks.check_fill, name="check-fill"),
    path("checks/<int:pk>/review/", checks.check_review, name="check-review"),
    path("checks/<int:pk>/return/", checks.check_return, name="check-return"),
    path("checks/<int:pk>/finish-follow-up/", checks.check_finish_follow_up, name="check-finish-follow-up"),
    path("members/", members.member_list, name="member-list"),
    path("members/<int:pk>/end/", members.member_end, name="member-end"),
    path("invitations/", members.invitation_list, name="invitation-list"),
    path("invitations/send/", members.invitation_send, name="invitation-send"),
    path("invitations/<int:pk>/resend/", members.invitation_resend, name="invitation-resend"),
    path("invitations/<int:pk>/revoke/", members.invitation_revoke, name="invitation-revoke"),
    path("invitations/<str:token>/", members.invitation_accept, name="invitation-accept"),
]
