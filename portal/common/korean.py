"""Korean text, names and numbers: one form to store, one to search by, one to show masked.

Everything typed or read from a spreadsheet passes here once, on its way in. A refusal is an
`Unacceptable`: its sentence says what to do and never repeats what was typed, which may be
somebody's data.
"""

import re
import unicodedata

from django.utils.translation import gettext as _


class Unacceptable(ValueError):
    """A value that cannot be kept: `code` for a table of reasons, `message` for the person who typed it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


# Characters -------------------------------------------------------------------

# Blank to the eye, but letters to Unicode: `str.strip` leaves them standing.
_BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe58\ufe63\uff0d"
NEVER_STORED = "\ufffd"


# All that may be invisible, and little else: looking up the category of every letter is slow.
_SUSPECTS = re.compile(rf"[^\w !-~]|[{_BLANK_LETTERS}\ufe00-\ufe0f]")


def _is_invisible(letter: str) -> bool:
    return letter in _BLANK_LETTERS or unicodedata.category(letter) in {"Cf", "Cc"} or "\ufe00" <= letter <= "\ufe0f"


def as_text(value: object) -> str:
    """A cell or a posted value as text; None is empty. Numbers too long for Python to write out are "?"."""
    if isinstance(value, int) and abs(value) >= 10**18:
        return "?"
    return "" if value is None else str(value)


def strip_invisible(text: str, *, keep: str = "") -> str:
    """Without control, zero-width and direction characters and Hangul fillers; those in `keep` stay."""

    def kept(found: re.Match[str]) -> str:
        letter = found[0]
        return letter if letter in keep or not _is_invisible(letter) else ""

    return _SUSPECTS.sub(kept, text)


def has_broken_letters(text: str) -> bool:
    """Half of a surrogate pair, which PostgreSQL cannot hold, or what a decoder put in the place of one."""
    return any("\ud800" <= letter <= "\udfff" or letter == NEVER_STORED for letter in text)


def _findable(text: str) -> str:
    return re.sub(r"[\x00\ud800-\udfff]", NEVER_STORED, text)


def searchable(text: str) -> str:
    """What was typed into a search box, for `icontains`: NFC as stored, nothing invisible; a NUL finds nothing."""
    return strip_invisible(unicodedata.normalize("NFC", _findable(text))).strip()


def search_key(text: object) -> str:
    """The form two spellings share: NFKC, case folded, blanks collapsed.

    A NUL or half a surrogate becomes a letter that no stored text holds, so that a search for
    it finds nothing instead of everything.
    """
    text = _findable(as_text(text))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(strip_invisible(folded, keep="\t\n\r").split())


# Resident registration numbers ------------------------------------------------

_RRN_DATE = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_RRN = re.compile(
    # With its hyphen the shape alone tells, even when a digit was mistyped ...
    r"(?<!\d)(?:\d{6}\s{0,2}-\s{0,2}[1-8]\d{6}"
    # ... without it the first six digits must be a day: else an order number would do.
    rf"|{_RRN_DATE}\s{{0,3}}[1-8]\d{{6}})(?!\d)"
)


def holds_resident_number(value: object) -> bool:
    """Does this text or cell hold a resident or foreigner registration number (`\\d{6}-?[1-8]\\d{6}`)?

    Seen through spaces, full-width digits, unusual hyphens and zero-width letters, and in number
    cells that lost their leading zeros. Thirteen digits without a hyphen count only if they start
    with a possible day (YYMMDD); longer runs of digits (cards, parcels) never do. A corporate
    number such as 110111-1234567 looks the same and is refused too: PIPA 24-2 leaves no doubt to
    resolve in favour of keeping.
    """
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, float):
        if not value.is_integer():
            return False
        value = int(value)
    if isinstance(value, int):
        # 000101-3… stored as a number is 1013…; shorter ones would be mobile numbers without their 0.
        digits = as_text(value)
        value = digits.zfill(13) if len(digits) in {11, 12} else digits
    text = unicodedata.normalize("NFKC", str(value))
    text = strip_invisible(text, keep="\t\n\r").translate(dict.fromkeys(map(ord, _DASHES), "-"))
    return _RRN.search(text) is not None


def refuse_resident_number(value: object) -> None:
    """Raises `Unacceptable("rrn_forbidden")`; call it before anything is stored or logged (PIPA 24-2)."""
    if holds_resident_number(value):
        raise Unacceptable(
            "rrn_forbidden",
            _("This holds a resident registration number, which we may not keep. Delete it and enter the rest again."),
        )


# Names ------------------------------------------------------------------------

NAME_MAX = 50


def normalise_name(value: object) -> str:
    """A person's name as stored: NFC, trimmed (U+3000 too), single blanks, nothing invisible.

    Foreign names, apostrophes, hyphens and one-syllable names are names. Raises `Unacceptable`
    with `name_missing`, `name_invalid`, `name_too_long` or `rrn_forbidden`.
    """
    text = unicodedata.normalize("NFC", as_text(value))
    refuse_resident_number(text)
    if has_broken_letters(text) or _LINE_BREAKS.search(text.strip()):
        raise Unacceptable("name_invalid", _("Write the name on one line, in letters."))
    text = " ".join(strip_invisible(text.replace("\t", " ")).split())
    text = unicodedata.normalize("NFC", text)  # a removed letter may have kept two parts of a syllable apart
    if not text:
        raise Unacceptable("name_missing", _("Enter the name."))
    if any(_is_emoji(letter) for letter in text):
        raise Unacceptable("name_invalid", _("Write the name in letters, without emoji."))
    if len(text) > NAME_MAX:
        raise Unacceptable("name_too_long", _("Shorten the name to %(limit)s letters.") % {"limit": NAME_MAX})
    return text


def _is_emoji(letter: str) -> bool:
    # U+3200-33FF holds ㈜ and its kin, which are symbols to Unicode and text to an office.
    if unicodedata.category(letter) in {"So", "Co", "Cn"}:
        return not "\u3200" <= letter <= "\u33ff"
    return "\U0001f3fb" <= letter <= "\U0001f3ff" or letter == "\u20e3"


def has_lone_jamo(name: str) -> bool:
    """ㅎㄱㄷ instead of 홍길동: acceptable, but worth a question."""
    return any("\u1100" <= letter <= "\u11ff" or "\u3131" <= letter <= "\u318e" for letter in name)


# Contacts ---------------------------------------------------------------------

_MOBILE = re.compile(r"(?:(?:\+|00)?82\s*(?:\(0\))?)?0?(10\d{8})")


def normalise_mobile(value: object) -> str:
    """A Korean mobile number as 010-1234-5678.

    Takes +82, spaces, dots and full-width digits, and what Excel leaves of one: 1012345678 and
    01012345678.0. Raises `Unacceptable` with `mobile_missing` or `mobile_invalid`.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFKC", as_text(value))
    text = strip_invisible(text).strip()
    if not text:
        raise Unacceptable("mobile_missing", _("Enter the mobile number."))
    text = re.sub(r"^(\d{10,11})\.0$", r"\1", text).replace("(0)", "")
    text = re.sub(rf"[\s.\-{_DASHES}]", "", text)
    found = _MOBILE.fullmatch(text) if text.isascii() else None
    if not found:
        raise Unacceptable("mobile_invalid", _("Write a mobile number that starts with 010, such as 010-1234-5678."))
    digits = "0" + found[1]
    return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"


_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")


def normalise_email(value: object) -> str:
    """An address in lower case, so that one person has one account; dots and +tags stay different.

    Raises `Unacceptable` with `email_missing`, `email_fullwidth`, `email_domain` (a domain that is
    not in Latin letters: it may imitate another one, and not every mail server delivers to it) or
    `email_invalid`.
    """
    text = unicodedata.normalize("NFC", as_text(value))
    text = strip_invisible(text).strip().lower()
    if not text:
        raise Unacceptable("email_missing", _("Enter the e-mail address."))
    if not text.isascii() and unicodedata.normalize("NFKC", text).isascii():
        raise Unacceptable(
            "email_fullwidth", _("The e-mail address has full-width letters. Switch to half-width and type it again.")
        )
    local, _at, domain = text.rpartition("@")
    if not domain.isascii():
        raise Unacceptable(
            "email_domain",
            _("The part after @ has letters that are not Latin. Use an address whose domain has Latin letters only."),
        )
    if len(text) > 254 or len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise Unacceptable("email_invalid", _("Write the e-mail address like name@example.kr."))
    return text


def email_resemblance(email: str) -> str:
    """What `a.b+x@d.kr` and `ab@d.kr` share. Two people may: warn of it, never merge by it."""
    local, _at, domain = email.rpartition("@")
    return local.split("+")[0].replace(".", "") + "@" + domain


# Masking: one standard on every screen and in every export (domain.md 6.7) ------


def mask_name(name: str) -> str:
    """김철 → 김*, 홍길동 → 홍*동, 남궁민수 → 남**수; a single letter is hidden."""
    letters = unicodedata.normalize("NFC", name).strip()
    if len(letters) <= 2:
        return letters[:1] + "*" if len(letters) == 2 else "*" * len(letters)
    return letters[0] + "*" * (len(letters) - 2) + letters[-1]


def mask_mobile(mobile: str) -> str:
    """010-1234-5678 → 010-****-5678; what is not of that form is hidden whole."""
    if not mobile:
        return ""
    found = re.fullmatch(r"(01\d)-?\d{3,4}-?(\d{4})", mobile, re.ASCII)
    return f"{found[1]}-****-{found[2]}" if found else "***-****-****"


def mask_email(email: str) -> str:
    """hong@d.kr → ho***@d.kr; of two letters the first is shown, of one none."""
    local, at, domain = email.rpartition("@")
    if not at:
        return "***" if email else ""
    return local[: min(2, len(local) - 1)] + "***@" + domain


# Grammar ----------------------------------------------------------------------

# How the last sound of a digit or Latin letter ends when a Korean reads it: 1 일, 3 삼, L 엘, R 알.
_CLOSED = frozenset("013678lmnr")
_CLOSED_IN_L = frozenset("178lr")


def particle(word: str, pair: str) -> str:
    """The particle of `pair` ("을/를", "이/가", "은/는", "과/와", "으로/로") that follows `word`.

    The first of the pair follows a closing consonant. Where the sound is unknown, both are written: 을(를).
    """
    closed, open_ = pair.split("/")
    last = next((letter for letter in reversed(search_key(word)) if letter.isalnum()), "")
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        is_closed, ends_in_l = final != 0, final == 8
    elif last.isascii() and last:
        is_closed, ends_in_l = last in _CLOSED, last in _CLOSED_IN_L
    else:
        return f"{closed}({open_})"
    if pair == "으로/로" and ends_in_l:
        return open_
    return closed if is_closed else open_


def with_particle(word: str, pair: str) -> str:
    """수료증 + 을/를 → 수료증을."""
    return word + particle(word, pair)
