"""The verbs of this app, as the history of a thing tells them."""

from django.utils.translation import gettext_lazy as _

from partners.models import Agreement, AgreementDocument, Commitment, CouncilAct, Organization
from portal.audit.history import say

say(
    {
        "organization.registered": _("The organization was registered"),
        "organization.amended": _("The organization was amended"),
        "agreement.registered": _("The agreement was registered"),
        "agreement.amended": _("The agreement was amended"),
        "agreement.signed": _("The agreement was signed"),
        "agreement.brought_into_force": _("The agreement came into force"),
        "agreement.extended": _("The agreement extended itself"),
        "agreement.expired": _("The agreement expired"),
        "agreement.terminated": _("The agreement was terminated"),
        "agreement.fulfilled": _("The agreement was fulfilled"),
        "agreement.renewed": _("A new agreement took its place"),
        "agreement.renewal_prepared": _("A new agreement was prepared"),
        "organization.ordinance_set": _("The rules of the ordinance were set"),
        "agreement.consented": _("The consent of the council was recorded"),
        "agreement.reported_to_council": _("The report to the council was recorded"),
        "check.opened": _("The compliance check was opened"),
        "check.filled": _("The compliance check was filled in"),
        "check.returned": _("The compliance check was returned"),
        "check.reviewed": _("The compliance check was reviewed"),
        "check.followed_up": _("The follow-up was done"),
        "agreement.party_added": _("A party was added"),
        "agreement.party_amended": _("A party was amended"),
        "agreement.party_removed": _("A party was removed"),
        "agreement.commitment_added": _("A commitment was added"),
        "agreement.commitment_amended": _("A commitment was amended"),
        "agreement.commitment_removed": _("A commitment was removed"),
        "agreement.delivery_entered": _("A delivery was entered"),
        "agreement.delivery_withdrawn": _("A delivery was withdrawn"),
        "agreement.document_added": _("A document was added"),
        "agreement.document_replaced": _("A document got a new version"),
        "agreement.document_described": _("A document was described anew"),
        "agreement.document_withdrawn": _("A document was withdrawn"),
        "invitation.sent": _("An invitation was sent"),
        "invitation.sent_again": _("The invitation was sent again"),
        "invitation.revoked": _("The invitation was revoked"),
        "invitation.accepted": _("The invitation was accepted"),
        "membership.started": _("A membership began"),
        "membership.ended": _("The membership was ended"),
    },
    refers={
        "organization": (_("Organization"), Organization),
        "commitment": (_("Commitment"), Commitment),
        "council_act": (_("Council"), CouncilAct),
        "document": (_("File"), AgreementDocument),
        "successor": (_("Followed by"), Agreement),
    },
)
