"""Tables of internet addresses, postal addresses and codes, in the format that `tables` describes."""

from ..word_sets import word_set
from .tables import table

# Top-level domains, and how they are read: as words or by their letters.
TOP_LEVEL_WORDS = word_set(
    """
    com org net gov info biz name pro app dev blog shop store online site tech club int mil museum travel news
    page cloud wiki live
    """
)
TOP_LEVEL_LETTERS = word_set(
    """
    edu uk us de fr ca au jp cn in it es nl be ch at se no dk fi pl ru br mx za nz ie io ai co tv me ly fm gg eu
    cc to
    """
)
# File name extensions, which are read by their letters unless the next table says otherwise.
FILE_ENDINGS = word_set(
    """
    txt pdf doc docx xls xlsx ppt pptx csv tsv json xml yml yaml html htm css js ts py rb cpp java exe zip gz tar
    jpg jpeg png gif svg mp3 mp4 wav flac ogg avi mov md ini cfg log sh bat dll iso onnx
    """
)
READ_FILE_ENDINGS = {"md": "M D", "js": "J S", "ts": "T S", "zip": "zip", "log": "log", "java": "java"}

ADDRESS_SIGNS = {
    ".": "dot",
    "@": "at",
    "/": "slash",
    "-": "dash",
    "_": "underscore",
    ":": "colon",
    "?": "question mark",
    "=": "equals",
    "&": "and",
    "#": "hash",
    "%": "percent",
    "+": "plus",
    "~": "tilde",
    ",": "comma",
    ";": "semicolon",
    "$": "dollar",
    "*": "star",
    "!": "exclamation mark",
    "\\": "backslash",
}

# Kinds of streets that follow the name of the street, written without a full stop.
STREETS = table(
    """
    St = Street
    Ave Av = Avenue
    Blvd = Boulevard
    Rd = Road
    Ln = Lane
    Dr = Drive
    Ct = Court
    Pl = Place
    Sq = Square
    Hwy = Highway
    Pkwy Pky = Parkway
    Ter Terr = Terrace
    Cir = Circle
    Trl = Trail
    Expy Expwy = Expressway
    Fwy = Freeway
    Tpke Tpk = Turnpike
    Aly = Alley
    Plz = Plaza
    Xing = Crossing
    Cres = Crescent
    Gdns = Gardens
    Cswy = Causeway
    Byp = Bypass
    Brg = Bridge
    Bch = Beach
    Hts = Heights
    Cv = Cove
    Rdg = Ridge
    Vw = View
    Grv = Grove
    Mnr = Manor
    Crk = Creek
    Est = Estate
    Jct = Junction
    Blf = Bluff
    Holw = Hollow
    Mdws = Meadows
    Wy = Way
    """
)
# Kinds of streets in full, which show that an address is written.
WHOLE_STREETS = frozenset(
    (*STREETS.values(), "Way", "Row", "Walk", "Loop", "Path", "Pike", "Mall", "Broadway", "Main")
)
# Kinds of streets that no other word is written like, whatever follows.
ONLY_STREETS = ("Ave", "Blvd", "Rd", "Hwy", "Pkwy", "Expy", "Fwy", "Tpke", "Trl", "Ln")
# Kinds of streets after which a letter of the compass belongs to the address: "Park Ave S".
AFTER_STREETS = (
    "St",
    "Street",
    "Ave",
    "Avenue",
    "Blvd",
    "Boulevard",
    "Rd",
    "Dr",
    "Drive",
    "Ln",
    "Pl",
    "Ct",
    "Way",
    "Road",
)
# What stands in an address after the street, before a number.
UNITS_OF_HOUSES = table(
    """
    Ste = Suite
    Apt = Apartment
    Rm = Room
    Fl Flr = Floor
    Bldg = Building
    Rte Rt = Route
    Bsmt = Basement
    Dept = Department
    """
)

# The postal codes of the states of the USA.
STATES = {
    code: name.strip()
    for code, _, name in (
        line.strip().partition(" ")
        for line in """
        AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|FL Florida
        GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine
        MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska
        NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio
        OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas
        UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|DC D C
        """.strip()
        .replace("\n", "|")
        .split("|")
    )
}

# Words before a number of three or four digits that is read as a code, as in "flight two oh five"; part of a regular
# expression.
NUMBERED = (
    "Box|[Cc]hannel|[Gg]ate|[Ll]ot|[Tt]rain|[Ll]ocker|[Ee]xit|[Bb]ay|[Pp]latform|[Ss]uite"
    "|[Ff]light [A-Z]{2}|Boeing|Airbus|[Rr]oute|Rte|Hwy|[Hh]ighway|Interstate|[Rr]oom|[Ff]light|[Bb]us|Suite"
    "|Apartment|Area"
)
