"""The tables of this app."""

from placements.models.employment import Employment, EmploymentEvidence, OutcomeExclusion
from placements.models.interviews import JobInterview
from placements.models.logs import Meeting, MentoringLog, TimeRange
from placements.models.projects import Preference, Project, Team, TeamMember
