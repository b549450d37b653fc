"""What offices call the columns of a roster, and what they write into them."""

from portal.common.spreadsheets.headings import compact

__all__ = ["COLUMNS", "EDUCATION", "EMPLOYMENT", "HEADINGS", "column_label", "compact"]

# field: (the heading we write, the others we read)
COLUMNS: dict[str, tuple[str, ...]] = {
    "sequence": ("연번", "번호", "순번", "no", "no."),
    "name": ("성명", "이름", "지원자명", "지원자", "성함"),
    "birth_date": ("생년월일", "생일", "출생일"),
    "mobile": ("휴대전화", "핸드폰", "연락처", "휴대폰", "전화번호", "휴대전화번호", "휴대폰번호", "핸드폰번호"),
    "email": ("이메일", "전자우편", "이메일주소", "메일", "email", "e-mail"),
    "address": ("주소", "거주지", "거주지주소", "현주소"),
    "education": ("최종학력", "학력"),
    "major": ("전공", "전공학과", "학과"),
    "employment": ("취업상태", "취업여부", "현재상태", "재직여부"),
    "track": ("지원트랙", "트랙", "지원분야", "지원과정"),
    "motivation": ("지원동기", "지원사유", "자기소개"),
    "submitted_at": ("접수일시", "접수시각", "접수일", "지원일시", "제출일시", "타임스탬프"),
}

# Values of Application.Education and Application.Employment
EDUCATION = {
    "고졸": "high_school",
    "고등학교졸업": "high_school",
    "전문대졸업": "college",
    "전문대졸": "college",
    "초대졸": "college",
    "대학교졸업예정": "expected",
    "대졸예정": "expected",
    "대학교졸업": "university",
    "대졸": "university",
    "대학원졸업": "graduate",
    "대학원졸": "graduate",
}
EMPLOYMENT = {
    "미취업": "unemployed",
    "미취업자": "unemployed",
    "무직": "unemployed",
    "실업": "unemployed",
    "구직중": "seeking",
    "구직": "seeking",
    "취업준비": "seeking",
    "취업준비중": "seeking",
    "학생": "student",
    "재학": "student",
    "재학중": "student",
    "휴학": "student",
    "재직중": "employed",
    "재직": "employed",
    "취업": "employed",
    "취업중": "employed",
    "근무중": "employed",
    "자영업": "employed",
}


HEADINGS = {name: key for key, names in COLUMNS.items() for name in names}


def column_label(key: str) -> str:
    """The heading as our own files write it."""
    return COLUMNS[key][0]
