"""Reads clipped words, short forms of notes and chats, and the faces that people type: "'tis", "goin'", "omw", ":D".

Faces are silent, because a reader shows them and does not say them. The heart is read, because it is a word of its
sentence: "I <3 you".
"""

from __future__ import annotations

import re

from ..symbols import CONSONANTS
from ..word_sets import word_set
from .rules import Context, Rule, Sound, alternatives, first_words, keep_stop
from .tables import table

# Clipped words without their apostrophes, and the words or, after "/", the phonemes that they are read as. A word with
# the apostrophe in front is in the first table, one with the apostrophe behind in the second.
_CLIPPED_IN_FRONT = table(
    """
    tis = /tˈɪz
    tisn't = /tˈɪzᵊnt
    tain't = /tˈAnt
    twas = /twˌʌz
    twasn't = /twˈʌzᵊnt
    twere = /twˈɜɹ
    tweren't = /twˈɜɹənt
    twill = /twˈɪl
    twould = /twˈʊd
    em = /əm
    kay = okay
    n = /ən
    nuff = /nˈʌf
    neath = /nˈiθ
    tween = /twˈin
    gainst = /ɡˈɛnst
    nother = /nˈʌðəɹ
    fraid = /fɹˈAd
    spose = /spˈOz
    cept = /sˈɛpt
    gator = /ɡˈATəɹ
    """
)
# These are also words by themselves, which may follow the mark that opens a quotation.
_DOUBTFUL_IN_FRONT = table(
    """
    bout = bout
    round = round
    cause = /kˈʌz
    til = till
    till = till
    cross = cross
    fore = fore
    im = /ɪm
    er = /əɹ
    is = /ɪz
    ere = /ˈɪɹ
    e = /i
    """
)
_CLIPPED_BEHIND = table(
    """
    th = /ðə
    t = /tə
    o = /ə
    an = and
    wi = with
    ol = /ˈOl
    lil = /lˈɪl
    ha = /hæ
    gi = /ɡɪ
    fo = /fˈO
    mo = /mˈO
    po = /pˈO
    yo = /jˈO
    tha = /ðˈæ
    wha = /wʌ
    jus = /ʤˈʌs
    las = /lˈæs
    bes = /bˈɛs
    kep = /kˈɛp
    mus = /mˈʌs
    leas = /lˈis
    """
)
_CLIPPED_INSIDE = table(
    """
    li'l = /lˈɪl
    cap'n = /kˈæpən
    gov'nor guv'nor = /ɡˈʌvnəɹ
    p'raps = /pɹˈæps
    y'know = you know
    y'all'd = /jˈɔld
    y'all've = /jˈɔləv
    y'all're = /jˈɔləɹ
    y'all'll = /jˈɔləl
    y'all'd've = /jˈɔldəv
    t'was = /twˌʌz
    t'is = /tˈɪz
    c'mere = /kəmˈɪɹ
    g'night = /ɡənˈIt
    m'kay mm'kay = /məkˈA
    d'you d'ya = /ʤə
    d'ye = /ʤi
    d'ya = /ʤə
    m'lord = /məlˈɔɹd
    m'lady = /məlˈAdi
    m'dear = /mədˈɪɹ
    e'en = /ˈin
    o'er = /ˈɔɹ
    b'fore = before
    s'more = /smˈɔɹ
    s'mores = /smˈɔɹz
    fo'c's'le = /fˈOksᵊl
    bo's'n = /bˈOsᵊn
    doin' = /dˈuɪn
    """
)

# Words that end in -in before a mark which closes a quotation, although there is a word in -ing as well.
_NOT_CLIPPED = word_set("basin raisin satin robin bobbin matin sin win kin pin din bin tin gin thin ruin")

# Short forms of notes.
_NOTES = table(
    """
    attn = attention
    atty = attorney
    attys = attorneys
    utd = United
    asst = assistant
    assoc = associate
    rec'd recd = received
    req'd reqd = required
    pd = paid
    addl add'l = additional
    bldg = building
    blk = block
    cont'd contd = continued
    dept = department
    dir = director
    discnt = discount
    gal = gallon
    hdqrs = headquarters
    hosp = hospital
    incl = including
    info = info
    int'l = international
    inv = invoice
    mfr = manufacturer
    mgr = manager
    nat'l = national
    ord = order
    orig = original
    secy sec'y = secretary
    svc = service
    svcs = services
    temp = temp
    treas = treasurer
    w/in = within
    w/e = whatever
    wknd = weekend
    yr = year
    yrs = years
    """
)
# Those that are words, units or names as well are read only where the stop is there.
_NOTES_WITH_STOP = word_set(
    "assoc pd blk dir gal hosp incl info inv ord orig temp treas yr mgr dept int'l nat'l"
)
_NOTES_ANYWHERE = {form: spoken for form, spoken in _NOTES.items() if form not in _NOTES_WITH_STOP}

# Short forms of chats that mean nothing else, in capitals or not.
CHAT = table(
    """
    omw = on my way
    otw = on the way
    ttyl = talk to you later
    ttys = talk to you soon
    idk = I don't know
    idc = I don't care
    imo = in my opinion
    imho = in my humble opinion
    smh = shaking my head
    ikr = I know, right
    tbh = to be honest
    tbf = to be fair
    lmk = let me know
    ngl = not gonna lie
    gtg g2g = got to go
    hmu = hit me up
    irl = in real life
    ily = I love you
    ilysm = I love you so much
    tysm = thank you so much
    tyvm = thank you very much
    wya = where are you at
    hbd = happy birthday
    idek = I don't even know
    tmi = T M I
    wyd = what are you doing
    hyd = how are you doing
    wbu = what about you
    hbu = how about you
    wdym wym = what do you mean
    nvm = never mind
    brb = be right back
    bbl = be back later
    afaik = as far as I know
    afk = away from keyboard
    iirc = if I recall correctly
    fwiw = for what it's worth
    ymmv = your mileage may vary
    icymi = in case you missed it
    iykyk = if you know, you know
    ftw = for the win
    nbd = no big deal
    ootd = outfit of the day
    tldr tl;dr = too long, didn't read
    tfw = that feeling when
    eli5 = explain like I'm five
    wfh = working from home
    istg = I swear to god
    thx thnx tks = thanks
    btw = by the way
    cya = see ya
    xoxo = X O X O
    xoxoxo = X O X O X O
    lmao = L M A O
    lmfao = L M F A O
    wtf = W T F
    wth = W T H
    omg = O M G
    omfg = O M F G
    stfu = S T F U
    ffs = F F S
    nsfw = N S F W
    tgif = T G I F
    bff = B F F
    bffs = B F Fs
    bday = birthday
    2day = today
    2nite 2night = tonight
    2moro 2morrow tmrw tmr tmrw = tomorrow
    4ever = forever
    4eva = forever
    b4 = before
    gr8 = great
    m8 = mate
    m8s = mates
    l8r = later
    l8 = late
    w8 = wait
    h8 = hate
    sk8 = skate
    n1 = nice one
    """
)
# These are initialisms or words in capitals ("RN", "NP", "ATM").
_SMALL_CHAT = table(
    """
    rn = right now
    np = no problem
    ty = thank you
    yw = you're welcome
    jk j/k = just kidding
    ik = I know
    rt = R T
    dw = don't worry
    gn = good night
    ofc = of course
    atm = at the moment
    bc = because
    bf = boyfriend
    gf = girlfriend
    af = A F
    fr = for real
    abt = about
    rly = really
    srsly = seriously
    sry = sorry
    smth sth = something
    u = you
    ur = your
    thru = through
    tho = though
    cuz coz = because
    pls plz = please
    ppl = people
    w8ing = waiting
    """
)

# Eyes, a tear, a nose and a mouth; eyes with marks between them; and faces that lie on the other side.
_FACE = (
    r">?[:;]['’,]?[-o^]?(?:[)(]+|[DPpOo|/\\*3sSxX$@c])|=[-^]?(?:[)(]+|[DPp])|[8B]-[)D]|[xX]D+|[)(]-?'?[:;=]"
    r"|[\^-]_*[.-]?[\^-]|[oO0uUTtxX@;.]_+[oO0uUTtxX@;.]|>[._]<|T\.T|\\o/"
)


def _in_words(read: str, written: str) -> str | Sound:
    return Sound(written, read[1:]) if read.startswith("/") else read


def _clipped_in_front(match: re.Match[str], _: Context) -> str | Sound | None:
    """Read "'tis"; where a quotation may begin before the word, its end must not follow."""
    word = match["word"].lower()
    if word in _CLIPPED_IN_FRONT:
        return _in_words(_CLIPPED_IN_FRONT[word], match["it"])
    rest = match.string[match.end() : match.end() + 80]
    return None if _QUOTATION_END.search(rest) else _in_words(_DOUBTFUL_IN_FRONT[word], match["it"])


def _clipped_behind(match: re.Match[str], _: Context) -> str | Sound:
    """Read "th'" and "an'"."""
    return _in_words(_CLIPPED_BEHIND[match["word"].lower()], match["it"])


def _clipped_inside(match: re.Match[str], _: Context) -> str | Sound:
    """Read "li'l" and "cap'n"."""
    return _in_words(_CLIPPED_INSIDE[match["it"].lower()], match["it"])


def _without_g(match: re.Match[str], context: Context) -> Sound | None:
    """Read "runnin'" as "running" that ends in n, unless the mark closes a quotation after a word ("basin")."""
    word = match["word"].lower()
    phonemes = context.look_up(word + "g")
    if not phonemes.endswith("ŋ") or word in _NOT_CLIPPED:
        return None
    return Sound(match["it"], phonemes[:-1] + "n")


def _without_h(match: re.Match[str], context: Context) -> Sound | None:
    """Read "'ouse" as "house" without its first sound."""
    word = match["word"].lower()
    phonemes = context.look_up("h" + word)
    is_word = context.is_word(word) or context.is_word(word.capitalize())
    if is_word or not phonemes.startswith("h") or phonemes[1:2] in CONSONANTS:
        return None
    return Sound(match["it"], phonemes[1:])


def _elided(match: re.Match[str], context: Context) -> Sound | None:
    """Read "D'Arcy" as one word, unless a dictionary has it."""
    written = match[0]
    if context.look_up(written) or context.look_up(written.lower()):
        return None
    phonemes = context.pronounce(match["name"])
    schwa = "ə" if phonemes.lstrip("ˈˌ")[:1] in CONSONANTS else ""
    return Sound(written, written[0].lower() + schwa + phonemes)


def _note(match: re.Match[str], _: Context) -> str:
    """Read "Attn:" and "atty's"."""
    spoken = _NOTES[match["word"].lower()]
    return keep_stop(match, spoken + (match["s"] or ""))


def _chat(match: re.Match[str], _: Context) -> str | Sound:
    """Read "omw" as "on my way"."""
    return _in_words(CHAT[match[0].lower()], match[0])


def _small_chat(match: re.Match[str], context: Context) -> str | None:
    """Read "rn" as "right now"; in "(BRR ur)" it is a syllable of a respelling."""
    before = context.text[max(0, match.start() - 12) : match.start()]
    if _RESPELT_BEFORE.search(before) and context.text[match.end() : match.end() + 1] in (")", "/", ",", ";"):
        return None
    return _SMALL_CHAT[match[0]]


def _hearts(match: re.Match[str], _: Context) -> str:
    """Read "<3<3" as "heart heart"."""
    return " ".join(["heart"] * match[0].count("<3"))


def _number_sign(match: re.Match[str], _: Context) -> str:
    """Read "my #" as "my number"."""
    return "numbers" if match[0].endswith("s") else "number"


def _are(_: re.Match[str], __: Context) -> str:
    """Read the r of "r u ok"."""
    return "are"


def _see(_: re.Match[str], __: Context) -> str:
    """Read the c of "c u later"."""
    return "see"


def _good_morning(_: re.Match[str], __: Context) -> str:
    """Read "gm" before those who are greeted."""
    return "good morning"


def _okay(_: re.Match[str], __: Context) -> str:
    """Read "k" and "kk"."""
    return "okay"


def _digit_for_word(match: re.Match[str], _: Context) -> str:
    """Read the digits of "4 u" and "2 u"."""
    return {"2": "to", "4": "for"}[match[0]]


def _silent(_: re.Match[str], __: Context) -> str:
    return ""


def _am(_: re.Match[str], __: Context) -> Sound:
    """Read the last word of a name such as "Pan Am", which is no time of day."""
    return Sound("Am", "ˈæm")


_RESPELT_BEFORE = re.compile(r"[(/](?:[A-Za-z]+[ -])*[A-Z]{2,}[ -]\Z")
_QUOTATION_END = re.compile(r"(?<=[\w.,!?])'(?!\w)")
_CHATTED = r"(?<![\w'#@./-])(?:{})(?![\w'/-]|\.\w)"

FACES = Rule(rf"(?<![^\s(“.!?])(?:{_FACE})(?=[\s.,!?)”]|$)", _silent, ":;=D^_TB8><\\")
"""Reads a face as silence: letters within one, as in "XD", are not said. A text of faces alone is refused."""

# Applied first: these have marks and digits that addresses, times and quantities have as well.
EARLY_RULES = (
    FACES,
    Rule(r"(?<![^\s(“])(?:<3+)+(?=[\s.,!?)”]|$)", _hearts, "<"),
    Rule(r"(?<![^\s(“])</3+(?=[\s.,!?)”]|$)", lambda match, context: "broken heart", "<"),
    Rule(r"(?<![\w/])w/(?=[a-z]{2,}(?![\w/]))(?!(?:in|out|o)\b)", lambda match, context: "with ", "/"),
    Rule(r"(?<=[A-Za-z] )#s?(?=[\s.,;:!?)]|$)(?<![Pp]ress #)(?<!key #)(?<!\b[A-G] #)", _number_sign, "#"),
    Rule(r"(?i)(?<![^\s(“])#(?= of [a-z])", _number_sign, "#"),
    Rule(
        rf"(?i){_CHATTED.format(alternatives(form for form in CHAT if set(form) & set('0123456789;')))}",
        _chat,
    ),
    Rule(r"(?<!\S)[24](?= (?:u|ya|eva)\b)", _digit_for_word, "24"),
)

# Applied before the names, the units without a number, and the words in capitals.
RULES = (
    Rule(rf"(?i)(?<![\w'-])(?P<it>(?P<word>{alternatives(_CLIPPED_INSIDE)}))(?![\w'])", _clipped_inside, "'"),
    Rule(
        rf"(?i)(?<![\w'])(?P<it>'(?P<word>{alternatives([*_CLIPPED_IN_FRONT, *_DOUBTFUL_IN_FRONT])}))(?![\w'])",
        _clipped_in_front,
        "'",
    ),
    Rule(
        rf"(?i)(?<![\w'-])(?P<it>(?P<word>{alternatives(_CLIPPED_BEHIND)})')(?![\w'])", _clipped_behind, "'"
    ),
    Rule(r"(?<![\w'])(?P<it>(?P<word>[Tt]h)')(?=[aeiou])", _clipped_behind, "'"),
    Rule(r"(?<![\w'-])(?P<it>(?P<word>[A-Za-z]+in)')(?![\w'])", _without_g, "'"),
    Rule(r"(?<![\w'-])(?P<it>'(?P<word>[AEIOUaeiou][a-z]{2,}))(?![\w'])", _without_h, "'"),
    Rule(
        r"(?<![\w'-])(?:[DLdl]'(?=[AEIOUHÉ])|[Dd]'(?=[A-Z]))(?P<name>[A-ZÀ-Þ][a-zà-ÿ]{2,})(?![\w'])",
        _elided,
        "'",
    ),
    Rule(r"(?<=[A-Z][a-z][a-z] )Am(?= (?:[A-Z]|[a-z]{2,}|\d))", _am, "A"),
    Rule(
        rf"(?i)(?<![\w'/-])(?P<it>(?P<word>{alternatives(_NOTES_ANYWHERE)})(?P<s>'s)?\.?)(?![\w'/]|\.\w)",
        _note,
        words=first_words(_NOTES_ANYWHERE),
    ),
    Rule(rf"(?i)(?<![\w'/-])(?P<it>(?P<word>{alternatives(_NOTES)})(?P<s>)\.)(?= [a-z\d(\0])", _note, "."),
    # Within a sentence, "K" is a letter: "vitamins D, E and K", "Ask Mr. K.".
    Rule(r"(?i)\A[“(\"]?(?P<it>kk?)(?=,| thx| thanks| bye| cool| ok\b|[.!]*[”)\"]?$)", _okay, "kK"),
    Rule(r"(?i)(?<![^\s“(])kk(?=,| thx| thanks| bye| cool| ok\b|[.!]?$)", _okay, "kK"),
    Rule(r"(?<!\S)[Rr][Ee](?=: )", lambda match, context: Sound("re", "ɹˈi"), ":"),
    Rule(r"(?<!\S)F[Ww]d?(?=: )", lambda match, context: "forward", ":"),
    Rule(
        r"(?<![^\s“(])[Gg][Mm](?= (?:everyone|everybody|all|guys|folks|friends|y'all|team)\b|!)",
        _good_morning,
        "gG",
    ),
    Rule(rf"(?i){_CHATTED.format(alternatives(CHAT))}", _chat, words=first_words(CHAT)),
    Rule(
        _CHATTED.format(rf"(?<!\d )(?<!\ba )(?:{alternatives(_SMALL_CHAT)})"),
        _small_chat,
        words=first_words(_SMALL_CHAT),
    ),
    Rule(r"(?<!\S)r(?= (?:(?:u|you|they|we|ur|the|these|those)\b|\0))", _are, "r"),
    Rule(r"\b(?:[Uu]|[Yy]ou|[Ww]e|[Tt]hey|\0) (?P<it>r)(?!\S)", _are, "r"),
    Rule(r"(?i)(?<!\S)c(?= (?:(?:u|ya|you)\b|\0))", _see, "cC"),
)
