"""Tables of names, abbreviations and initialisms, and the two functions that parse tables.

A line of a table is `written = spoken`, with one or more written forms before the `=`. Where singular and plural
differ, the spoken form is `singular | plural`. A single capital letter in a spoken form is the name of the letter.
"""

from ..word_sets import word_set

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

# Time zones, which are read by letter after a time, in any spelling.
ZONES = word_set(
    "est edt cst cdt mst mdt pst pdt akst hst gmt utc bst cet cest eet eest ist jst aest aedt msk sgt hkt nzst"
)


def table(lines: str) -> dict[str, str]:
    """Parse a table of lines `written written … = spoken` into a dictionary of written to spoken forms."""
    result = {}
    for line in filter(str.strip, lines.splitlines()):
        written, _, spoken = line.partition(" = ")
        result.update(dict.fromkeys(written.split(), spoken.strip()))
    return result


def forms(lines: str) -> dict[str, tuple[str, str]]:
    """Parse a table whose spoken forms are `singular | plural`; a lone form serves as both."""
    pairs = {written: spoken.partition(" | ") for written, spoken in table(lines).items()}
    return {written: (one, many or one) for written, (one, _, many) in pairs.items()}


# Titles that are read only before a name, which is a word with a capital letter or an initial.
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
    Sens = Senators
    Rep = Representative
    Reps = Representatives
    Profs = Professors
    Govs = Governors
    Gens = Generals
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
# Titles that are read everywhere, with and without a full stop, because no word is written like them.
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
# Abbreviations, which are read anywhere in a text. "Dr." and "St." mean a street here: where they are titles, the
# tables above were applied before.
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
    Jr. Jr = Junior
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
    Conn. = Connecticut
    Fla. = Florida
    Ariz. = Arizona
    Colo. = Colorado
    Mich. = Michigan
    Minn. = Minnesota
    Okla. = Oklahoma
    Tenn. = Tennessee
    Wis. = Wisconsin
    Tex. = Texas
    Ore. = Oregon
    Wash. = Washington
    Ltd = Limited
    Hwy = Highway
    Blvd = Boulevard
    Ave = Avenue
    Pkwy = Parkway
    gov't Gov't = government
    dep't Dep't = department
    ass'n Ass'n = association
    govt = government
    dept = department
    mgmt = management
    mgr = manager
    mtg = meeting
    mtgs = meetings
    appt = appointment
    appts = appointments
    acct = account
    acct. = account
    amt amt. = amount
    qty Qty qty. Qty. = quantity
    pkg = package
    lg. Lg. lge. = large
    med. Med. = medium
    sm. Sm. = small
    wt. Wt. = weight
    ht. Ht. = height
    env. = envelope
    btl. = bottle
    ctn. = carton
    bch. = bunch
    sgl. = single
    dbl. = double
    approx Approx = approximately
    max. Max. = maximum
    encl. Encl. = enclosed
    cont. Cont. = continued
    ed. = edition
    eds. = editors
    trans. = translated
    bro. = brother
    sis. = sister
    mos. = months
    yrs. = years
    hrs. = hours
    wk. = week
    pls plz Pls Plz = please
    thx Thx thnx tks = thanks
    btw Btw = by the way
    idk Idk IDK = I don't know
    tbh TBH = to be honest
    imo Imo = in my opinion
    imho IMHO = in my humble opinion
    brb BRB = be right back
    ppl = people
    msg = message
    msgs = messages
    tmrw tmr = tomorrow
    nvm NVM = never mind
    afaik AFAIK = as far as I know
    omg = O M G
    fyi Fyi = F Y I
    asap = A S A P
    faq = F A Q
    diy = D I Y
    gr8 = great
    b4 = before
    l8r = later
    cc Cc = C C
    bcc Bcc = B C C
    FWD Fwd Fw = forward
    '49ers 49ers = forty niners
    'n' = and
    'til = till
    """
)
# Abbreviations that are read only before a number.
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
    Rm rm = room
    para Para paras = paragraph
    Ex ex = example
    fn = footnote
    tbl Tbl = table
    cl = clause
    Apt apt = apartment
    min Min = minimum
    max Max = maximum
    Ste = suite
    Ep ep = episode
    Eps eps = episodes
    ref Ref = reference
    App app = appendix
    ext Ext = extension
    ser Ser = series
    iss Iss = issue
    reg Reg = regulation
    cat Cat = category
    dkt Dkt = docket
    doc Doc = document
    exh Exh = exhibit
    prob Prob = problem
    thm Thm = theorem
    lem Lem = lemma
    prop Prop = proposition
    def Def = definition
    lvl Lvl lv Lv = level
    rte Rte rt Rt = route
    num Num nr Nr = number
    l ln = line
    ll lns = lines
    nn = notes
    sched Sched = schedule
    sess Sess = session
    bldg Bldg = building
    blk Blk = block
    flr Flr = floor
    hwy Hwy = highway
    cls = clauses
    arts Arts = articles
    secs Secs = sections
    chs Chs chaps Chaps = chapters
    pts Pts = parts
    bks Bks = books
    eqs Eqs = equations
    dist Dist = district
    div Div = division
    rnd Rnd = round
    gr Gr = grade
    pat Pat = patent
    col Col = column
    cols Cols = columns
    ed Ed = edition
    rev = revision
    lat Lat = latitude
    ill Ill = illustration
    Mar = March
    Sat = Saturday
    Sun = Sunday
    """
)

# Words before a Roman numeral. After the first ones the numeral is a plain number ("act two"), after the second ones
# a rank ("Henry the eighth").
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

# Acronyms: words of capitals that are read as one word.
SAID_AS_WORDS = word_set(
    """
    NASA NATO UNESCO UNICEF OPEC NAFTA AIDS COVID FIFA UEFA ASCII JPEG GIF SWAT PIN RAM ROM DOS BIOS LAN WAN
    CAPTCHA SIM GUI JSON YAML POTUS SCOTUS FEMA OSHA HIPAA SCUBA RADAR LASER SONAR NASDAQ NASCAR ASEAN APEC CERN
    DARPA EULA FOMO YOLO LOL ROFL IKEA NORAD OLED PETA SARS MERS TASER UNIX LINUX VISA WASP BAFTA ANSI IMAX ISIS
    ISIL LASIK MIDI MOOC NAND WIFI BASIC COBOL FORTRAN SAP CAD CAM GNU POSIX BERT LEGO MENSA DREAM ERASMUS
    ESOL JPEG MPEG PAC SEAL SALT START TOEFL TED ZIP
    """
)
# Initialisms that are read by their letters although the dictionary has them as words.
SPELT = word_set(
    """
    US IT LED CV UN UK EU AI ID PR HR TV PC CD DJ PA AC DC IQ ET IP PM MP GP ER IOS OS UI UX QA VP WC SA ATM CEO
    CFO CTO DIY DNA RNA FAQ GDP GPS HIV HTML IBM ISO ISP MBA MRI NBA NFL NHL PDF PHP SMS SOS SUV UFO URL USA USB
    USSR VIP XML CSS HTTP HTTPS FTP API SDK CPU GPU SSD HDD LCD DVD SQL SSL TLS VPN AWS CIA AD BC BCE CE EST PST
    CST MST EDT PDT CET GMT UTC FBI NSA IRS DOJ BBC CNN NBC CBS ABC HBO MTV ESPN UCLA MIT NYU LSE VAT ETA FYI IMO
    COO SEC UPS RIP ROI DUI VIN ABS EMS LAX ASAP RSVP HDMI CAD REM APA
    NGO NHS RAF MS
    """
)
# Initialisms that are also words which people write in capitals for emphasis: read by letter after an article.
NAMED = word_set(
    "WHO ERA DOT ACT SAT CAT ADD ALS ARM BAR COD HIT ICE NOW PET SET SUM TIP USE WAR DOE FIT GAP NET"
)
# The words of two letters. Any other two capitals are read by letter: LA, PA, QR.
SHORT_WORDS = word_set(
    """
    AH AM AN AS AT AX BE BY DO EH GO HA HE HI HM IF IN IS IT ME MY NO OF OH OK ON OR OW OX SH SO TO UP US WE YA YO
    """
)
# Words whose reading follows from none of these tables.
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
    "YoY": "year over year",
    "QoQ": "quarter over quarter",
    "pH": "P H",
    "SaaS": "sass",
    "WWI": "World War one",
    "WWII": "World War two",
}

# Names after "St." that make it a saint even after a name, as in "Bury St. Edmunds"; part of a regular expression.
SAINTS = (
    "Edmunds|Paul|Louis|James|John|Petersburg|Albans|Andrew|Helen|Peter|Mary|George|Patrick|Nicholas|Joseph|Francis"
    "|Thomas|Martin|Lawrence|Vincent|Augustine|Augustin|Bernard|Michael|Luke|Mark|Anne|Catherine|Clair|Moritz"
)
