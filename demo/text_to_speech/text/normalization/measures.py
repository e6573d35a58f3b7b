"""Tables of units, which `quantities` reads.

`tables` describes their format: `written written … = singular | plural`.
"""

from ..word_sets import word_set
from .tables import forms, table

# Units, which are read after a number.
_UNITS = forms(
    """
    ″ = inch | inches
    km kms = kilometer | kilometers
    m = meter | meters
    cm = centimeter | centimeters
    mm = millimeter | millimeters
    µm um = micrometer | micrometers
    nm = nanometer | nanometers
    ly = light year | light years
    AU = astronomical unit | astronomical units
    dm = decimeter | decimeters
    mi = mile | miles
    yd yds = yard | yards
    ft = foot | feet
    in. = inch | inches
    kg kgs KG = kilogram | kilograms
    g = gram | grams
    mg = milligram | milligrams
    ng = nanogram | nanograms
    µg mcg = microgram | micrograms
    lb lbs = pound | pounds
    oz = ounce | ounces
    l L = liter | liters
    ml mL = milliliter | milliliters
    µl µL uL = microliter | microliters
    nL = nanoliter | nanoliters
    cl cL = centiliter | centiliters
    dl dL = deciliter | deciliters
    gal = gallon | gallons
    qt = quart | quarts
    tsp Tsp = teaspoon | teaspoons
    tbsp Tbsp tbs Tbs = tablespoon | tablespoons
    pt = pint | pints
    pts = point | points
    qts = quart | quarts
    pkg pkgs = package | packages
    doz = dozen
    c. = cup | cups
    ha = hectare | hectares
    s sec secs = second | seconds
    ms = millisecond | milliseconds
    µs us = microsecond | microseconds
    ns = nanosecond | nanoseconds
    h hr hrs = hour | hours
    min mins = minute | minutes
    mo mos = month | months
    yr yrs = year | years
    wk wks = week | weeks
    Hz = hertz
    kHz = kilohertz
    MHz = megahertz
    GHz = gigahertz
    THz = terahertz
    B = byte | bytes
    KB kB = kilobyte | kilobytes
    MB = megabyte | megabytes
    GB = gigabyte | gigabytes
    TB = terabyte | terabytes
    PB = petabyte | petabytes
    KiB = kibibyte | kibibytes
    MiB = mebibyte | mebibytes
    GiB = gibibyte | gibibytes
    kb kbit = kilobit | kilobits
    Mb Mbit = megabit | megabits
    Gb Gbit = gigabit | gigabits
    kbps = kilobit per second | kilobits per second
    Mbps = megabit per second | megabits per second
    Gbps = gigabit per second | gigabits per second
    mbps Mb/s = megabit per second | megabits per second
    gbps Gb/s = gigabit per second | gigabits per second
    Kbps kb/s = kilobit per second | kilobits per second
    Tbps = terabit per second | terabits per second
    MBps = megabyte per second | megabytes per second
    bps = bit per second | bits per second
    MP = megapixel | megapixels
    px = pixel | pixels
    dpi = dot per inch | dots per inch
    ppi = pixel per inch | pixels per inch
    fps = frame per second | frames per second
    wpm WPM = word per minute | words per minute
    cps = character per second | characters per second
    rps = request per second | requests per second
    qps QPS = query per second | queries per second
    tps TPS = transaction per second | transactions per second
    rpm RPM = revolution per minute | revolutions per minute
    bpm BPM = beat per minute | beats per minute
    mph = mile per hour | miles per hour
    kph kmh = kilometer per hour | kilometers per hour
    mpg = mile per gallon | miles per gallon
    W = watt | watts
    kW = kilowatt | kilowatts
    MW = megawatt | megawatts
    mW = milliwatt | milliwatts
    TWh = terawatt hour | terawatt hours
    GWh = gigawatt hour | gigawatt hours
    Ah = ampere hour | ampere hours
    kN = kilonewton | kilonewtons
    MPa = megapascal | megapascals
    GPa = gigapascal | gigapascals
    GW = gigawatt | gigawatts
    Wh = watt hour | watt hours
    kWh = kilowatt hour | kilowatt hours
    MWh = megawatt hour | megawatt hours
    mAh = milliampere hour | milliampere hours
    mA = milliampere | milliamperes
    V = volt | volts
    kV = kilovolt | kilovolts
    mV = millivolt | millivolts
    J = joule | joules
    kJ = kilojoule | kilojoules
    MJ = megajoule | megajoules
    N = newton | newtons
    Nm = newton meter | newton meters
    Pa = pascal | pascals
    kPa = kilopascal | kilopascals
    hPa = hectopascal | hectopascals
    psi = P S I
    bar = bar | bars
    mbar = millibar | millibars
    dB = decibel | decibels
    lm = lumen | lumens
    lx = lux
    mol = mole | moles
    mmol = millimole | millimoles
    µmol = micromole | micromoles
    mM = millimolar
    kDa = kilodalton | kilodaltons
    bp = base pair | base pairs
    mmHg = millimeter of mercury | millimeters of mercury
    Sv = sievert | sieverts
    mSv = millisievert | millisieverts
    Bq = becquerel | becquerels
    Gy = gray | grays
    cal = calorie | calories
    kcal = kilocalorie | kilocalories
    eV = electron volt | electron volts
    ohm = ohm | ohms
    kohm = kilohm | kilohms
    Mohm = megohm | megohms
    hp HP = horsepower
    ppm = part per million | parts per million
    ppb = part per billion | parts per billion
    cc = C C
    °C = degree Celsius | degrees Celsius
    °F = degree Fahrenheit | degrees Fahrenheit
    ° = degree | degrees
    °K = kelvin | kelvins
    deg deg. = degree | degrees
    arcmin = arcminute | arcminutes
    arcsec = arcsecond | arcseconds
    sqft = square foot | square feet
    acre acres ac. = acre | acres
    bbl bbls = barrel | barrels
    bu bu. = bushel | bushels
    MMBtu mmBtu = million B T U
    BTU Btu = B T U
    therm therms = therm | therms
    gpm = gallon per minute | gallons per minute
    cfm CFM = cubic foot per minute | cubic feet per minute
    lpm = liter per minute | liters per minute
    knot knots kn kt kts = knot | knots
    nmi = nautical mile | nautical miles
    kcals = kilocalorie | kilocalories
    IU = I U
    pkt pkts pkt. pkts. = packet | packets
    pcs pcs. = pieces
    pct pct. = percent
    ksi = K S I
    MeV = mega electron volt | mega electron volts
    GeV = giga electron volt | giga electron volts
    keV = kilo electron volt | kilo electron volts
    EB = exabyte | exabytes
    TiB = tebibyte | tebibytes
    hl hL = hectoliter | hectoliters
    """
)
# Units that are also written with a full stop, as abbreviations.
_WITH_STOP = (
    "tsp tbsp Tbsp oz lb lbs ft yd gal qt pt sec min mins hr hrs mo mos yr yrs wk wks pkg doz km cm mm kg mi"
)
UNITS = {
    **_UNITS,
    **{f"{unit}.": _UNITS[unit] for unit in _WITH_STOP.split()},
    **dict.fromkeys(("fl oz", "fl. oz", "fl. oz."), ("fluid ounce", "fluid ounces")),
    **dict.fromkeys(("deg C", "deg. C", "degC"), _UNITS["°C"]),
    **dict.fromkeys(("deg F", "deg. F", "degF"), _UNITS["°F"]),
    "ft-lb": ("foot pound", "foot pounds"),
    "ft lb": ("foot pound", "foot pounds"),
    "US gal": ("U S gallon", "U S gallons"),
}
# Units that are read only after a space: "5s" and "5B" mean other things.
UNITS_AFTER_SPACE = frozenset("sBN")
# What follows a unit, or precedes it in "sq. ft", and makes an area or a volume of it.
POWERS = {"": "", **dict.fromkeys(("2", "²", "sq"), "square "), **dict.fromkeys(("3", "³", "cu"), "cubic ")}
# Units of a duration such as "2h 30m".
DURATIONS = forms(
    """
    d = day | days
    h = hour | hours
    m = minute | minutes
    s = second | seconds
    """
)
# Words near "350 F" that make it a temperature; part of a regular expression.
HEAT = (
    r"ovens?|bak(?:e|ed|ing)|(?:pre-?)?heat(?:ed|ing|s|wave)?|temps?|temperatures?|degrees?|freez(?:e|er|es|ing)"
    r"|frozen|boil(?:ed|s|ing)?|warm(?:er|ed|ing|th)?|cold(?:er|est)?|hot(?:ter|test)?|cool(?:er|ed|ing)?"
    r"|roast(?:ed|ing)?|weather|fever|summer|winter|grill(?:ed|ing)?|cook(?:ed|ing)?|broil|highs?|lows?|frosts?"
    r"|thaw|thermostat|thermometer|forecast|sunny|cloudy|gas mark|chill(?:ed)?|climate|fan|today|tonight|smoker"
    r"|simmer|melts?|melting|ambient|outside"
)
# Pairs of numbers with a hyphen that are no range.
SCORES = {"24-7": "twenty four seven", "50-50": "fifty fifty", "50–50": "fifty fifty", "10-4": "ten four"}
# What may follow the "/" of a rate, as in "5 km/h". Any unit may, too; these are read otherwise or are no units.
PER = {
    **{unit: spoken[0] for unit, spoken in UNITS.items()},
    **table(
        """
    h hr hrs hr. hour = hour
    s sec sec. second = second
    min min. minute = minute
    hL = hectoliter
    mi mile = mile
    t tn ton = ton
    MT mt tonne = tonne
    bbl barrel = barrel
    bu bushel = bushel
    sqft sf ft² ft2 = square foot
    sqm = square meter
    ac acre = acre
    pp ppl person = person
    pc pcs = piece
    game = game
    share = share
    day d = day
    wk wk. week = week
    mo mo. mth month = month
    yr yr. y year = year
    qtr quarter = quarter
    in in. inch = inch
    m² m2 = square meter
    m³ m3 = cubic meter
    cm² cm2 = square centimeter
    cm³ cm3 = cubic centimeter
    km² km2 = square kilometer
    s² s2 = second squared
    unit = unit
    ea = each
    night nt = night
    """
    ),
    **dict.fromkeys(("sq ft", "sq. ft.", "sq ft.", "sq. ft"), "square foot"),
    **dict.fromkeys(("sq m", "sq. m"), "square meter"),
    **dict.fromkeys(("sq mi", "sq. mi."), "square mile"),
    **dict.fromkeys(("cu ft", "cu. ft."), "cubic foot"),
    "cu m": "cubic meter",
    "cu yd": "cubic yard",
}
# What is counted per second, day or month, where it is written short.
COUNTED = table(
    """
    req reqs = requests
    tok toks = tokens
    msg msgs = messages
    tx txs txn txns = transactions
    ops = operations
    qry = queries
    evt evts = events
    rev revs = revolutions
    pkts = packets
    appts = appointments
    hrs = hours
    mins = minutes
    secs = seconds
    pcs = pieces
    ppl = people
    """
)

# Units that are also read without a number, as in "per kWh".
ALONE = "kWh MWh kW MHz GHz kHz km cm kg mg µg mL mmHg dB GB TB ppm mph µm km² m² m³"

# Denominators with a name of their own.
FRACTIONS = {
    2: ("half", "halves"),
    4: ("quarter", "quarters"),
}
# Fractions that are one character.
VULGAR = table(
    """
    ↉ = 0/3
    ½ = 1/2
    ⅓ = 1/3
    ⅔ = 2/3
    ¼ = 1/4
    ¾ = 3/4
    ⅕ = 1/5
    ⅖ = 2/5
    ⅗ = 3/5
    ⅘ = 4/5
    ⅙ = 1/6
    ⅚ = 5/6
    ⅐ = 1/7
    ⅛ = 1/8
    ⅜ = 3/8
    ⅝ = 5/8
    ⅞ = 7/8
    ⅑ = 1/9
    ⅒ = 1/10
    """
)

# Words after a quantity that are no nouns, so that the quantity is no adjective: "the $5 that I paid".
NO_NOUNS = word_set(
    """
    a about above across after again ago all along also always am an and annually any apiece are around as at away
    back be because been before behind below between beyond but by came could cost costs daily did do does down
    due during each earlier else enough every extra fell for from gave get gets goes got had has have he her here
    high him his how i if in including instead into is it just last late later left less long lost made may me might
    monday monthly more must my next not now of off on once one onto or our out over paid per plus ran rather rose
    saturday saw she should since so spent still such sunday tall than that the their them then there these they
    thick this those though through to today together tomorrow tonight too toward under unless until up us via was
    we week weekly went were what when where which while who why wide will with within without won worth would year
    yearly yesterday yet you your friday thursday tuesday wednesday
    """
)
