"""What is accepted: the vendor's bodies and query parameters, with their enumerations and required fields.

Names are the vendor's own. A key left out of a change keeps its value, null clears it; so the models are read with
`sent()`, which tells the two apart. Unknown keys are refused: a typing error must not pass for a success here.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from emulators.bloomerang.answers import Refused

PAGE_LIMIT = 50
"""Records a list gives at most; the vendor's documented maximum of `take`."""


def day(value: str) -> str:
    """The vendor's dates have no time. Raises ValueError for anything but YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("write a day as YYYY-MM-DD, without a time")
    return date.fromisoformat(value).isoformat()


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _email(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise ValueError("is not an e-mail address")
    return value


def _instant(value: str) -> str:
    """An instant as the records carry it, `2026-12-01T15:04:05Z`; without a zone it is taken as UTC."""
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _piped(value: object) -> object:
    return value.split("|") if isinstance(value, str) else value


Day = Annotated[str, AfterValidator(day)]
Words = Annotated[str, AfterValidator(_not_blank)]
Instant = Annotated[str, AfterValidator(_instant)]
RecordId = Annotated[int, Field(ge=1, le=2**63 - 1)]
Ids = Annotated[list[RecordId], BeforeValidator(_piped)]
ConstituentType = Literal["Individual", "Organization"]
Direction = Literal["Asc", "Desc"]
FieldType = Literal["Constituent", "Transaction", "Interaction", "Note", "Benevon"]
DataType = Literal["Currency", "Date", "Decimal", "Text", "Year"]
PickType = Literal["Freeform", "PickOne", "PickMultiple"]
ChannelName = Literal[
    "Email",
    "MassEmail",
    "Phone",
    "TextMessage",
    "Mail",
    "InPerson",
    "SocialMedia",
    "Website",
    "Twitter",
    "Other",
    "EngagementSurveyEmail",
    "EngagementSurvey",
]
PurposeName = Literal[
    "Acknowledgement",
    "ImpactCultivation",
    "Newsletter",
    "Receipt",
    "Solicitation",
    "SpecialEvent",
    "VolunteerActivity",
    "PledgeReminder",
    "Welcome",
    "BenevonPointOfEntry",
    "BenevonFollowUp",
    "BenevonAskEvent",
    "BenevonOneOnOneAsk",
    "BenevonOngoingCultivation",
    "Other",
]


class Body(BaseModel):
    """A JSON body. No conversions: "1" is not 1."""

    model_config = ConfigDict(extra="forbid", strict=True)

    def sent(self) -> dict[str, Any]:
        """The keys that were in the request, and only those."""
        return self.model_dump(exclude_unset=True)


class CustomValue(Body):
    """One custom field's new value: exactly one of Value (free text), ValueId (one pick), ValueIds (many picks)."""

    FieldId: RecordId
    Value: str | None = None
    ValueId: RecordId | None = None
    ValueIds: list[RecordId] = []

    @model_validator(mode="after")
    def one_shape(self) -> Self:
        if len(self.model_fields_set & {"Value", "ValueId", "ValueIds"}) != 1:
            raise ValueError("send exactly one of Value, ValueId and ValueIds")
        return self


class Contact(Body):
    Id: RecordId | None = None
    AccountId: RecordId | None = None
    IsPrimary: bool = False


class Email(Contact):
    Type: Literal["Home", "Work"] = "Home"
    Value: Annotated[str, AfterValidator(_email)]
    IsBad: bool = False


class Phone(Contact):
    Type: Literal["Home", "Work", "Mobile", "Fax"] = "Home"
    Number: Words
    Extension: str | None = None


class Address(Contact):
    Type: Literal["Home", "Vacation", "Work"] = "Home"
    Street: str | None = None
    City: str | None = None
    State: str | None = None
    PostalCode: str | None = None
    Country: str | None = None
    IsBad: bool = False


class ConstituentChange(Body):
    """PUT /constituent/{id}. Consent is missing on purpose: after creation the vendor changes it elsewhere."""

    Type: ConstituentType = "Individual"
    Status: Literal["Active", "Inactive", "Deceased"] = "Active"
    FirstName: str | None = None
    MiddleName: str | None = None
    LastName: str | None = None
    Prefix: Literal["Mr.", "Mrs.", "Ms.", "Mx.", "Dr.", "Prof.", "Rev."] | None = None
    Suffix: Literal["Jr.", "Sr.", "II", "III", "IV", "PhD"] | None = None
    FullName: str | None = None
    InformalName: str | None = None
    FormalName: str | None = None
    EnvelopeName: str | None = None
    RecognitionName: str | None = None
    JobTitle: str | None = None
    Employer: str | None = None
    Website: str | None = None
    FacebookId: str | None = None
    TwitterId: str | None = None
    LinkedInId: str | None = None
    Gender: Literal["Male", "Female", "Other"] | None = None
    Birthdate: Day | None = None
    PrimaryEmail: Email | None = None
    PrimaryPhone: Phone | None = None
    PrimaryAddress: Address | None = None
    SecondaryEmails: list[Email] = []
    SecondaryPhones: list[Phone] = []
    SecondaryAddresses: list[Address] = []
    CustomValues: list[CustomValue] = []


class NewConstituent(ConstituentChange):
    Type: ConstituentType
    PreferredCommunicationChannel: Literal["Email", "Phone", "TextMessage", "Mail"] | None = None
    CommunicationRestrictions: list[Literal["DoNotCall", "DoNotMail", "DoNotSolicit"]] = []
    EmailInterestType: Literal["All", "Custom", "OptedOut"] = "All"


class InteractionChange(Body):
    """PUT /interaction/{id}: the constituent it belongs to cannot be changed."""

    Date: Day = ""
    Channel: ChannelName = "Other"
    Purpose: PurposeName = "Other"
    Subject: Words = ""
    Note: str | None = None
    IsInbound: bool = False
    CustomValues: list[CustomValue] = []


class NewInteraction(InteractionChange):
    AccountId: RecordId
    Date: Day
    Channel: ChannelName
    Purpose: PurposeName
    Subject: Words


class DuplicateSearch(Body):
    """POST /constituent/duplicates: a name and at least one way to reach the person."""

    Type: ConstituentType | None = None
    FirstName: str | None = None
    LastName: str | None = None
    OrganizationName: str | None = None
    Street: str | None = None
    PhoneNumber: str | None = None
    EmailAddress: str | None = None

    @model_validator(mode="after")
    def name_and_contact(self) -> Self:
        if not (self.OrganizationName or (self.FirstName and self.LastName)):
            raise ValueError("send a first and last name, or an organization name")
        if not (self.Street or self.PhoneNumber or self.EmailAddress):
            raise ValueError("send a street, a phone number or an e-mail address as well")
        return self


class Query(BaseModel):
    """Query parameters; each at most once, several values of one separated by `|`."""

    model_config = ConfigDict(extra="forbid")


class Paged(Query):
    skip: int = Field(default=0, ge=0, le=2**62)
    take: int = Field(default=PAGE_LIMIT, ge=1, le=PAGE_LIMIT)


class ConstituentQuery(Paged):
    lastModified: Instant | None = None  # noqa: N815 - the vendor's name
    type: ConstituentType | None = None
    id: Ids | None = None
    customFieldId: RecordId | None = None  # noqa: N815
    customFieldValue: str | None = None  # noqa: N815
    orderBy: Literal["Id", "CreatedDate", "LastModifiedDate"] = "Id"  # noqa: N815
    orderDirection: Direction = "Asc"  # noqa: N815

    @model_validator(mode="after")
    def field_with_value(self) -> Self:
        if (self.customFieldId is None) != (self.customFieldValue is None):
            raise ValueError("customFieldId and customFieldValue go together")
        return self


class SearchQuery(Paged):
    search: str = ""
    type: Literal["Individual", "Organization", "Household"] | None = None


class InteractionQuery(Paged):
    constituent: Ids | None = None
    channel: Annotated[list[ChannelName], BeforeValidator(_piped)] | None = None
    purpose: Annotated[list[PurposeName], BeforeValidator(_piped)] | None = None
    id: Ids | None = None
    orderBy: Literal["Date", "CreatedDate", "LastModifiedDate"] = "Date"  # noqa: N815
    orderDirection: Direction = "Asc"  # noqa: N815


class ActiveQuery(Query):
    isActive: bool = True  # noqa: N815


class NoQuery(Query):
    """Operations that take no parameters."""


BodyT = TypeVar("BodyT", bound=BaseModel)
QueryT = TypeVar("QueryT", bound=BaseModel)


def read_body(model: type[BodyT], raw: bytes) -> BodyT:
    """Raises Refused 400 naming every field that is wrong."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise Refused(400, problems(error)) from None


def read_query(model: type[QueryT], parameters: dict[str, list[str]]) -> QueryT:
    """Raises Refused 400 naming every parameter that is wrong, unknown or repeated."""
    repeated = sorted(name for name, values in parameters.items() if len(values) > 1)
    if repeated:
        raise Refused(400, f"{', '.join(repeated)}: send it once, with several values separated by |")
    try:
        return model.model_validate({name: values[0] for name, values in parameters.items()})
    except ValidationError as error:
        raise Refused(400, problems(error)) from None


def problems(error: ValidationError) -> str:
    """All that is wrong in one line, `Channel: Input should be …; Date: Field required`; never the value itself."""
    return "; ".join(
        ": ".join(filter(None, [".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, ")]))
        for one in error.errors(include_input=False, include_url=False)
    )
