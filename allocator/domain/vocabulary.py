"""Closed vocabularies of the domain; their zh and en labels are data in ``seeds/vocabulary.yaml``."""

from enum import StrEnum


class Segment(StrEnum):
    """Device segment of a project (P-SEGMENT)."""

    IMAGING = "imaging"
    LIFE_SUPPORT = "life_support"
    IVD = "ivd"
    IMPLANTS = "implants"
    SURGICAL_ROBOTS = "surgical_robots"
    ECMO = "ecmo"
    PROTON_THERAPY = "proton_therapy"
    GENE_SEQUENCING = "gene_sequencing"
    ENDOSCOPY = "endoscopy"
    BIOMATERIALS = "biomaterials"
    DIGITAL_HEALTH = "digital_health"
    PUBLIC_PLATFORM = "public_platform"


class Function(StrEnum):
    """What a component does in its space."""

    HQ = "hq"
    RND = "rnd"
    PILOT = "pilot"
    MANUFACTURING = "manufacturing"
    TESTING = "testing"
    ANIMAL = "animal"
    CLINICAL_DEMO = "clinical_demo"
    PLATFORM = "platform"


class SpaceKind(StrEnum):
    """Physical kind of a space."""

    OFFICE_HQ = "office_hq"
    RND_LAB = "rnd_lab"
    PILOT = "pilot"
    GMP_FACTORY = "gmp_factory"
    FACTORY = "factory"
    LAND_PLOT = "land_plot"
    INCUBATOR = "incubator"
    DEMO_CLINICAL = "demo_clinical"


class Tier(StrEnum):
    """Enterprise tier (P-TIER)."""

    MAJOR = "major"
    LEADER = "leader"
    HIDDEN_CHAMPION = "hidden_champion"
    GROWTH = "growth"
    STARTUP = "startup"
    PUBLIC_PLATFORM = "public_platform"


class Utility(StrEnum):
    """Supply or installation that a space has or a component needs (P-UTIL)."""

    DUAL_POWER = "dual_power"
    STEAM = "steam"
    PURE_WATER = "pure_water"
    WASTE_WATER = "waste_water"
    HAZARDOUS_STORE = "hazardous_store"
    GAS = "gas"
    MEDICAL_GAS = "medical_gas"


class Hazard(StrEnum):
    """What a component emits, or is sensitive to."""

    VIBRATION = "vibration"
    MAGNETIC = "magnetic"
    RADIATION = "radiation"
    BIOHAZARD = "biohazard"
    DUST = "dust"


class Tenure(StrEnum):
    """Supply instrument of a space (P-SUPPLY)."""

    RENT = "rent"
    RENT_THEN_TRANSFER = "rent_then_transfer"
    FLEXIBLE_TERM = "flexible_term"
    SALE = "sale"


class PlatformKind(StrEnum):
    """Kind of a public service platform (P-PLATFORM)."""

    CDMO = "cdmo"
    CRO = "cro"
    CMO = "cmo"
    TESTING = "testing"
    ANIMAL = "animal"
    CLINICAL_TRIAL = "clinical_trial"
    REGISTRATION = "registration"
    PILOT_PRODUCTION = "pilot_production"
    METROLOGY = "metrology"
    IP = "ip"


class EiaLevel(StrEnum):
    """Environmental assessment level, lightest first (P-EIA)."""

    EXEMPT = "exempt"
    FORM = "form"
    REPORT = "report"

    @property
    def severity(self) -> int:
        """Position in the order exempt < form < report."""
        return list(EiaLevel).index(self)


class LinkKind(StrEnum):
    """How near two components of one project must be."""

    SAME_BUILDING = "same_building"
    SAME_PARK = "same_park"
    MAX_KM = "max_km"


class Permission(StrEnum):
    """What the positioning says of a function in a district."""

    PREFERRED = "preferred"
    ALLOWED = "allowed"
    EXCEPTION = "exception"
    FORBIDDEN = "forbidden"


class Side(StrEnum):
    """Side of the south R&D, north manufacturing axis (P-NS-AXIS)."""

    SOUTH = "south"
    NORTH = "north"


class Stage(StrEnum):
    """How far a tenancy has come."""

    ANNOUNCED = "announced"
    CONTRACTED = "contracted"
    BUILT = "built"


class Apart(StrEnum):
    """Within what an emitter and a sensitive use must not meet."""

    BUILDING = "building"
    PARK = "park"


class QuotaKind(StrEnum):
    """What a quota limits."""

    TIER_SHARE = "tier_share"
    ENTERPRISE_SHARE = "enterprise_share"
    DISTRICT_AREA = "district_area"


class Basis(StrEnum):
    """Whether a record's figures were read in a source or assumed."""

    SOURCED = "sourced"
    ASSUMED = "assumed"
