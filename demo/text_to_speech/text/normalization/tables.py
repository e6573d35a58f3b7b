"""What is written short and how it is said: the tables of the normaliser, for a reader to extend.

A line of a table is `written = spoken`, or several written forms before one `=`. Where one and many differ, the
spoken form is `one | many`. Single capital letters in a spoken form are the names of letters.
"""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def table(lines: str) -> dict[str, str]:
    """Read a table of lines `written written … = spoken`."""
    result = {}
    for line in filter(str.strip, lines.splitlines()):
        written, _, spoken = line.partition(" = ")
        result.update(dict.fromkeys(written.split(), spoken.strip()))
    return result


def forms(lines: str) -> dict[str, tuple[str, str]]:
    """Read a table whose spoken forms are `one | many`."""
    pairs = {written: spoken.partition(" | ") for written, spoken in table(lines).items()}
    return {written: (one, many or one) for written, (one, _, many) in pairs.items()}


# The written form of a currency → its unit, one and many, and its hundredth, one and many.
CURRENCIES = {
    written: tuple(part.strip() for part in spoken.split("|"))
    for written, spoken in table(
        """
        $ US$ USD = dollar | dollars | cent | cents
        C$ CA$ CAD = Canadian dollar | Canadian dollars | cent | cents
        A$ AU$ AUD = Australian dollar | Australian dollars | cent | cents
        NZ$ NZD = New Zealand dollar | New Zealand dollars | cent | cents
        HK$ HKD = Hong Kong dollar | Hong Kong dollars | cent | cents
        S$ SGD = Singapore dollar | Singapore dollars | cent | cents
        R$ BRL = real | reais | centavo | centavos
        £ GBP = pound | pounds | penny | pence
        € EUR = euro | euros | cent | cents
        ¥ JPY = yen | yen | sen | sen
        CNY RMB = yuan | yuan | fen | fen
        ₹ INR Rs. Rs = rupee | rupees | paisa | paise
        ₩ KRW = won | won | jeon | jeon
        ₽ RUB = ruble | rubles | kopeck | kopecks
        ₺ TRY = lira | lira | kurush | kurush
        ₪ ILS = shekel | shekels | agora | agorot
        ₿ BTC = bitcoin | bitcoins | cent | cents
        CHF = Swiss franc | Swiss francs | centime | centimes
        SEK = Swedish krona | Swedish kronor | ore | ore
        NOK = Norwegian krone | Norwegian kroner | ore | ore
        DKK = Danish krone | Danish kroner | ore | ore
        PLN = zloty | zlotys | grosz | groszy
        MXN = Mexican peso | Mexican pesos | centavo | centavos
        ZAR = rand | rand | cent | cents
        """
    ).items()
}

MAGNITUDES = table(
    """
    k K thousand = thousand
    m M mn MM mio million = million
    b B bn billion = billion
    t T tn trillion = trillion
    quadrillion = quadrillion
    """
)

# Units that are read behind a number; those that also mean something else only as the comments say.
UNITS = forms(
    """
    km kms = kilometer | kilometers
    m = meter | meters
    cm = centimeter | centimeters
    mm = millimeter | millimeters
    µm um = micrometer | micrometers
    nm = nanometer | nanometers
    dm = decimeter | decimeters
    mi = mile | miles
    yd yds = yard | yards
    ft = foot | feet
    in. = inch | inches
    kg kgs = kilogram | kilograms
    g = gram | grams
    mg = milligram | milligrams
    µg mcg = microgram | micrograms
    lb lbs lb. lbs. = pound | pounds
    oz oz. = ounce | ounces
    l L = liter | liters
    ml mL = milliliter | milliliters
    cl cL = centiliter | centiliters
    dl dL = deciliter | deciliters
    gal gal. = gallon | gallons
    qt = quart | quarts
    tsp = teaspoon | teaspoons
    tbsp = tablespoon | tablespoons
    ha = hectare | hectares
    s sec secs sec. = second | seconds
    ms = millisecond | milliseconds
    µs us = microsecond | microseconds
    ns = nanosecond | nanoseconds
    h hr hrs hr. hrs. = hour | hours
    min mins min. = minute | minutes
    yr yrs yr. yrs. = year | years
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
    bps = bit per second | bits per second
    px = pixel | pixels
    dpi = dot per inch | dots per inch
    fps = frame per second | frames per second
    rpm RPM = revolution per minute | revolutions per minute
    bpm BPM = beat per minute | beats per minute
    mph = mile per hour | miles per hour
    kph kmh = kilometer per hour | kilometers per hour
    mpg = mile per gallon | miles per gallon
    W = watt | watts
    kW = kilowatt | kilowatts
    MW = megawatt | megawatts
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
    cal = calorie | calories
    kcal = kilocalorie | kilocalories
    eV = electron volt | electron volts
    ohm = ohm | ohms
    kohm = kilohm | kilohms
    Mohm = megohm | megohms
    hp HP = horsepower
    ppm = part per million | parts per million
    cc = C C
    °C = degree Celsius | degrees Celsius
    °F = degree Fahrenheit | degrees Fahrenheit
    ° = degree | degrees
    sqft = square foot | square feet
    """
)
UNITS_AFTER_SPACE = frozenset("sBN")  # "5s" and "5B" without one mean other things
POWERS = {"2": "square", "²": "square", "3": "cubic", "³": "cubic"}
PER = table(
    """
    h hr hour = hour
    s sec second = second
    min minute = minute
    day d = day
    wk week = week
    mo month = month
    yr y year = year
    km = kilometer
    m = meter
    cm = centimeter
    m² m2 = square meter
    m³ m3 = cubic meter
    s² s2 = second squared
    kg = kilogram
    g = gram
    l L = liter
    ml mL = milliliter
    dl dL = deciliter
    lb = pound
    gal = gallon
    ft = foot
    in = inch
    kWh = kilowatt hour
    mol = mole
    person = person
    unit = unit
    night = night
    """
)

FRACTIONS = {
    2: ("half", "halves"),
    4: ("quarter", "quarters"),
}
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

# Read only in front of a name (a word with a capital, or an initial).
TITLES = table(
    """
    Dr = Doctor
    St = Saint
    Ste = Sainte
    Mt = Mount
    Ft = Fort
    Prof = Professor
    Gen = General
    Gov = Governor
    Sen = Senator
    Rep = Representative
    Capt = Captain
    Lt = Lieutenant
    Col = Colonel
    Sgt = Sergeant
    Cmdr Cdr = Commander
    Rev = Reverend
    Hon = Honorable
    Pres = President
    Supt = Superintendent
    Cpl = Corporal
    Pvt = Private
    Maj = Major
    Adm = Admiral
    Fr = Father
    Br = Brother
    Sr = Sister
    Msgr = Monsignor
    Atty = Attorney
    Insp = Inspector
    Det = Detective
    Amb = Ambassador
    """
)
# Titles that no other word is like: read everywhere, with and without a full stop.
ALWAYS_TITLES = table(
    """
    Mr = Mister
    Mrs = Missus
    Ms = Miz
    Mx = Mix
    Messrs = Messers
    Mme = Madame
    Mlle = Mademoiselle
    Drs = Doctors
    """
)
# Behind a name, with the full stop.
ABBREVIATIONS = table(
    """
    Dr. = Drive
    St. = Street
    Ave. = Avenue
    Blvd. = Boulevard
    Rd. = Road
    Ln. = Lane
    Hwy. = Highway
    Pkwy. = Parkway
    Sq. = Square
    Ct. = Court
    Pl. = Place
    Apt. = Apartment
    Bldg. = Building
    Jr. = Junior
    Sr. = Senior
    Esq. = Esquire
    Ltd. = Limited
    Inc. = Incorporated
    Corp. = Corporation
    Co. = Company
    Bros. = Brothers
    Dept. dept. = department
    Univ. = University
    Assn. = Association
    Govt. govt. = government
    Mfg. = Manufacturing
    Intl. Int'l = International
    Natl. Nat'l = National
    approx. Approx. = approximately
    est. = established
    vs. vs v. = versus
    ft. = featuring
    feat. = featuring
    incl. = including
    excl. = excluding
    avg. = average
    temp. = temperature
    misc. = miscellaneous
    ref. = reference
    resp. = respectively
    tel. Tel. = telephone
    ext. Ext. = extension
    attn. Attn. = attention
    cf. = compare
    viz. = namely
    ca. = circa
    etc. Etc. etc = et cetera
    e.g. E.g. eg. = for example
    i.e. I.e. ie. = that is
    a.k.a. aka AKA = also known as
    P.S. = P S
    w/o = without
    w/ = with
    c/o = care of
    n/a N/A = not applicable
    b/c = because
    Jan. = January
    Feb. = February
    Apr. = April
    Jun. = June
    Jul. = July
    Aug. = August
    Sep. Sept. = September
    Oct. = October
    Nov. = November
    Dec. = December
    Mon. = Monday
    Tue. Tues. = Tuesday
    Wed. = Wednesday
    Thu. Thur. Thurs. = Thursday
    Fri. = Friday
    Calif. = California
    Mass. = Massachusetts
    Penn. = Pennsylvania
    """
)
# Only in front of a number.
BEFORE_NUMBERS = forms(
    """
    No no № = number
    Nos nos = numbers
    p P pg = page
    pp = pages
    vol Vol = volume
    vols Vols = volumes
    ch Ch = chapter
    chap Chap = chapter
    fig Fig = figure
    figs Figs = figures
    sec Sec = section
    art Art = article
    eq Eq = equation
    tab Tab = table
    par = paragraph
    pt Pt = part
    bk Bk = book
    ver Ver v = version
    op Op = opus
    Rm = room
    min Min = minimum
    max Max = maximum
    Ste = suite
    Mar = March
    Sat = Saturday
    Sun = Sunday
    """
)

# In front of a Roman numeral. First: the numeral is a plain number; second: "the eighth".
ROMAN_CARDINAL = (
    "act annex apollo appendix article book canto chapter class division episode factor fantasy figure gemini"
    " grade level lesson mark module movement page part phase plate round scene schedule section sector sonata"
    " stage step symphony table title tome type unit verse version volume war wars bowl zone rocky godfather"
    " star trek vatican olympiad quarter group category tier option block corps vol ch pt sec fig art"
)
ROMAN_ORDINAL = (
    "pope king queen prince princess emperor empress czar tsar kaiser sultan henry louis edward george william"
    " charles james richard elizabeth napoleon pius benedict leo paul john ramses ramesses frederick philip"
    " alexander nicholas peter catherine ivan victor emmanuel gustav gustavus christian ferdinand francis"
    " ptolemy cleopatra xerxes darius innocent gregory clement urban boniface alfonso pedro juan carlos felipe"
    " umberto wilhelm friedrich otto conrad sigismund leopold joseph albert amenhotep thutmose seti haakon"
    " harald olaf robert david malcolm constantine theodosius justinian basil stephen andrew mary margaret anne"
    " murad selim mehmed mahmud abdulhamid louise duke earl baron lord sir"
)

# Words of capitals that are said as one word although no dictionary has them in small letters.
SAID_AS_WORDS = _words(
    """
    NASA NATO UNESCO UNICEF OPEC NAFTA AIDS COVID FIFA UEFA ASCII JPEG GIF SWAT PIN RAM ROM DOS BIOS LAN WAN
    CAPTCHA SIM GUI JSON YAML POTUS SCOTUS FEMA OSHA HIPAA SCUBA RADAR LASER SONAR NASDAQ NASCAR ASEAN APEC CERN
    DARPA EULA FOMO YOLO LOL ROFL IKEA NORAD OLED PETA SARS MERS TASER UNIX LINUX VISA WASP BAFTA ANSI IMAX ISIS
    ISIL LASIK MIDI MOOC NAND WIFI BASIC COBOL FORTRAN SAP CAD CAM GNU POSIX BERT LEGO MENSA DREAM ERASMUS
    ESOL JPEG MPEG PAC SEAL SALT START TOEFL TED ZIP
    """
)
# Initialisms that are also words in small letters, or that dictionaries have as words: still spelt.
SPELT = _words(
    """
    US IT LED CV UN UK EU AI ID PR HR TV PC CD DJ PA AC DC IQ ET IP PM MP GP ER IOS OS UI UX QA VP WC SA ATM CEO
    CFO CTO DIY DNA RNA FAQ GDP GPS HIV HTML IBM ISO ISP MBA MRI NBA NFL NHL PDF PHP SMS SOS SUV UFO URL USA USB
    USSR VIP XML CSS HTTP HTTPS FTP API SDK CPU GPU SSD HDD LCD DVD SQL SSL TLS VPN AWS CIA AD BC BCE CE EST PST
    CST MST EDT PDT CET GMT UTC FBI NSA IRS DOJ BBC CNN NBC CBS ABC HBO MTV ESPN UCLA MIT NYU LSE VAT ETA FYI IMO
    NGO NHS RAF MS
    """
)
SAID_OTHERWISE = {
    "JSON": "Jason",
    "YAML": "yammel",
    "SCSI": "scuzzy",
    "JPEG": "jay peg",
    "MPEG": "em peg",
    "IEEE": "I triple E",
    "NAACP": "N double A C P",
    "WIFI": "why fye",
    "PhD": "P H D",
    "PhDs": "P H Ds",
    "BSc": "B S C",
    "MSc": "M S C",
    "BTW": "by the way",
    "TBD": "to be determined",
    "iOS": "I O S",
    "macOS": "mac O S",
    "LaTeX": "lay tech",
    "GIF": "gif",
    "GIFs": "gifs",
    "OK": "okay",
    "WWI": "World War one",
    "WWII": "World War two",
}

TOP_LEVEL_WORDS = _words(
    """
    com org net gov info biz name pro app dev blog shop store online site tech club int mil museum travel news
    page cloud wiki live
    """
)
TOP_LEVEL_LETTERS = _words(
    """
    edu uk us de fr ca au jp cn in it es nl be ch at se no dk fi pl ru br mx za nz ie io ai co tv me ly fm gg eu
    cc to
    """
)
FILE_ENDINGS = _words(
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

# Signs between or in front of words and numbers.
SIGNS = {
    "&": "and",
    "@": "at",
    "=": "equals",
    "≠": "is not equal to",
    "≈": "is about",
    "≤": "is at most",
    "≥": "is at least",
    "+": "plus",
    "%": "percent",
    "‰": "per mille",
    "°": "degrees",
    "#": "hash",
    "×": "times",
    "÷": "divided by",
    "±": "plus or minus",
    "−": "minus",
    "√": "the square root of",
    "∞": "infinity",
    "§": "section",
    "¶": "paragraph",
    "©": "copyright",
    "µ": "micro",
    "→": "to",
    "←": "from",
    "№": "number",
    "<": "less than",
    ">": "greater than",
    "^": "to the power of",
    "\\": "backslash",
    "~": "tilde",
    "$": "dollar",
    "£": "pound",
    "€": "euro",
    "¥": "yen",
    "₹": "rupee",
    "₩": "won",
    "₽": "ruble",
    "₺": "lira",
    "₪": "shekel",
    "₿": "bitcoin",
    "¢": "cents",
}

# Words behind which three digits are said as in a code: "flight two oh five".
NUMBERED = "Box|[Ff]light [A-Z]{2}|Boeing|Airbus|Route|Highway|Interstate|[Rr]oom|[Ff]light|[Bb]us|Suite|Apartment|Area"

# Names behind "St." that make it a saint even behind a capital: "Bury St. Edmunds".
SAINTS = (
    "Edmunds|Paul|Louis|James|John|Petersburg|Albans|Andrew|Helen|Peter|Mary|George|Patrick|Nicholas|Joseph|Francis"
    "|Thomas|Martin|Lawrence|Vincent|Augustine|Augustin|Bernard|Michael|Luke|Mark|Anne|Catherine|Clair|Moritz"
)

# Nouns that a sum of money stands in front of like an adjective: "a five dollar bill".
MONEY_NOUNS = (
    "bill|note|coin|fine|fee|ticket|prize|gift|check|cheque|deal|loan|budget|fund|investment|contract|project"
    "|grant|reward|bet|tip|discount|voucher|bonus|donation|lawsuit|settlement|house|home|car|tax|raise|stamp"
)
