"""Reads Roman numerals: "Type I error", "Act V", "Henry VIII", "Thurston Howell III", "(ii)", "p. xii"."""

import re

from ..word_sets import word_set
from . import words
from .rules import Context, Rule
from .tables import ROMAN_CARDINAL, ROMAN_ORDINAL

_CARDINAL = frozenset(ROMAN_CARDINAL.split()) | word_set(
    """
    amendment annexe apartheid auto battlefield bloc booklet borderlands bowl bracket canticle caesar cap case
    cataract civilization codex commandment concerto condition constitution crisis cycle deck diablo directive doom
    dragon ep epistle era evangelion exhibit expansion fable falcon fallout form fragment halo hall hell kill kingdom
    league legend lethal line list lp maccabees mach mark matrix mission missile model mortal nocturne oblivion
    odyssey olympics opus paragraph pillar plan player point polonaise prelude principle problem project protocol
    psalm quest question reactor reich republic revelation rule samuel saturn science season series set sequence
    singularity skylon sonnet souls species squadron statute stave step street suite syndrome system taxon terminator
    test theft theorem theory thesis titan track tract treaty trial trilogy trimester tron unit variety variation
    vostok walpurgis ward war-zone warcraft witcher wonder world year zone wing tab
    """
)
_ORDINAL = frozenset(ROMAN_ORDINAL.split()) | word_set(
    """
    adrian hadrian adolf adolph adolphus afonso agapetus agatho aethelred alaric albrecht alexios alexius alexei
    alexandra alexandre alfonso alfred amadeus amenemhat anastasius andronicus andronikos anacletus antiochus
    antoninus antoine ariarathes arsaces artaxerxes ashikaga ashurnasirpal ashurbanipal athelstan attalus augustus
    baldwin balthasar barbarossa bela béla berengar bernard bernhard bohemond boleslaus bolesław boris callixtus
    calixtus cambyses canute carl casimir caspar celestine charlemagne childebert childeric chilperic chlothar
    chosroes christina christoph claudius clotaire clovis cnut conon constans constantin constantius cosimo cosmas
    cyril cyrus dagobert damasus demetrius diocletian diodotus dionysius dmitri edmund edgar edred edwin egbert
    elagabalus emanuel enrique eric erich erik ernest ernst esarhaddon ethelbert ethelred eugene eugenius eumenes
    eusebius farouk faisal feodor feisal fernando franz françois frans frederik friedrich fuad fyodor gaius galerius
    george georg gerard gelasius georgios gian gilbert giovanni gojong gustaf haakon hakon hammurabi hamad hardicanute
    harold harthacnut hassan hatshepsut heinrich heraclius hermann hethum honorius hugh hugo humbert humphrey hussein
    ibrahim ine irene isaac isabel isabella isabelle ismail istvan ivan jacob jacques jaime jagiello jan jane jean
    jeanne jerome joachim joan joanna johan johann johannes joao joão jose josé joseph jovian juan julian julianus
    julius justin justinian karl kamehameha karol katharina khalid khufu knut konrad kouros kublai ladislaus ladislas
    landon lambert leka leofric leonard leonardo leonidas leopold liutpold lothair lothar lucius ludwig ludovico luis
    luise luitpold lulach magnus mahmud manuel marcellus marcus margrethe maria marie martin mathilde matilda matthias
    maurice maximilian mehmet mengistu menelik mentuhotep michael miguel mieszko milan mithridates mohammed moritz
    muhammad mustafa mutesa narmer nebuchadnezzar nero neferirkare nerva nicephorus nicomedes nicola nicolas niall
    nikephoros nikita nikolai norodom osman osorkon oscar oskar oswald pascal paschal pasqual pedro pepi pepin
    pelagius petar phraates pierre pippin polycarp porus psamtik puyi qaboos radbod rainier rama ramiro ranulf raymond
    rene rené reza roger roland romanos romanus rudolf rudolph rupert saladin salman salmanassar sancho sargon selim
    senusret septimius sergius seti shapur shalmaneser sigmund sigismund silverius silvester simeon simon sixtus
    sobekhotep stanislaus stanislaw stanisław stefan stephanus suleiman suleyman sweyn sylvester symmachus taharqa
    tarquin theobald theodor theodora theodore theoderic theodoric thibault thomas tiberius tigranes tiglath-pileser
    titus tokugawa tomislav totila tvrtko umar urraca valentinian valerian vasili vasily vespasian victoria vigilius
    vitalian vittorio vladimir vladislav vlad vratislaus vsevolod wenceslaus wenceslas wilhelmina władysław wladyslaw
    xavier xerxes yaroslav yusuf zachary zeno zog zosimus abbas abdul abdullah abdülhamid ahmad ahmed akbar aleksandr
    alexis ali amadeo anna aethelwulf dalai patriarch shah khan caliph emir rajah maharaja archduke margrave landgrave
    elector count viscount
    """
)
# First names of people whose fathers and grandfathers had the same name.
_FIRST_NAMES = _ORDINAL | word_set(
    """
    aaron adam alan albert alvin amos anthony archibald arnold arthur ashton barry benjamin bob bradley brandon brian
    bruce calvin carlton cary cecil chad chester chris clarence clark clayton clifford clint clinton cole colin curtis
    cyrus dale daniel darryl dave davis dean dennis derek dexter don donald douglas drew duncan dwight earl edgar
    elijah elliott elmer elton ernest ethan eugene evan everett floyd forrest foster frank franklin fred gary gene
    gerald glenn gordon grant graham grayson gregory griffin guy harlan harrison harry harvey henry herbert herman
    horace howard hubert hunter ian ira irving jack jackson jake jason jay jeff jefferson jeffrey jeremy jerry jesse
    jim joe joel john johnny jonathan jordan josh joshua karl keith ken kenneth kevin kirk kyle lance larry lawrence
    lee leon leonard leroy lester lewis lloyd logan loudon luke luther mark marshall marvin mason matthew maxwell
    melvin mike miles milton mitchell morgan morris moses murray nathan nathaniel ned neil nelson noah norman oliver
    oscar owen parker patrick percy perry pete phil phillip preston quentin ralph randall randolph randy ray rex
    reginald rob rodney rogers ron ronald rory ross roy russell ryan sam samuel scott sean seth seymour sheldon
    sherman sidney spencer stanley steve steven stewart strom stuart ted terrence terry theodore thornton thurston tim
    timothy todd tom tony travis trevor troy tucker ty tyler vernon vincent wallace walter warren wayne wendell wes
    wesley wilbur will willard willis winston winthrop woodrow zachary
    """
)
# Nouns of classes and stages: "I" behind them is a numeral, unless a verb follows.
_CLASSES = word_set(
    """
    type types phase stage class classes grade category tier schedule level title factor division group article
    chapter part section act scene war book volume appendix annex collagen complex segment bipolar zone region
    photosystem cohort table figure form series mark model pillar theorem
    """
)
# Verbs and adverbs that follow the pronoun I.
_AFTER_PRONOUN = word_set(
    """
    actually admire adore agree almost already also always am ask ate avoid be began believe bet bought bring broke
    brought built buy call came can cannot can't care carry caught check choose chose collect come consider could
    couldn't covered created cut deal describe design did didn't discuss do don't dread drew drink drive drove eat
    ended enjoy ever expect fear feel fell felt find finish fit fly forget forgot found gave get give go got grew grow
    guess had hadn't handle happen hate have haven't hear heard held help hoped imagine intend invented just keep kept
    knew know lack learn least leave left let like listen live look lose lost love made make may mean meant meet
    mention met might miss most must need needed never now often once only order own paid pay pick picked play played
    prefer put ran rarely read really recall recommend refer remember run said sat say see seem sell send sent set
    shall should show simply sing sit skip sold sometimes speak spend spent spoke start started still stood studied
    suggest suppose sure take talk talked taught teach tell thank think thought told took tried truly try understand
    use used usually want wanted was watch wear went will wish won won't wonder wore work worked would wouldn't write
    wrote
    """
)
_FOLLOWS_FIRST = re.compile(
    r"[,.;:!?)\0”]|'s|$|[-–—]| (?:(?:of|was|is|and|in|to|had|has|reigned|died|or|through|vs?\.?)\b|[\0–—&(-])"
)
_FOLLOWER = re.compile(r" ([a-z']+)")
_DETERMINERS = word_set("the every any each this that which what my his her our your their some")


def _roman_after_name(match: re.Match[str], context: Context) -> str | None:
    """Read the numeral of "chapter IV" as a number and that of "Henry VIII" as a rank."""
    name, numeral = match["name"].lower(), match["it"]
    value = words.roman(numeral)
    if not value or (name == "malcolm" and numeral == "X") or (len(numeral) == 1 and numeral not in "IVX"):
        return None
    before = context.text[max(0, match.start() - 40) : match.start()].split()
    if numeral == "I" and not _is_first(match, name, before):
        # "the part I like" has a pronoun.
        return None
    if name in _CARDINAL or name.removesuffix("s") in _CARDINAL:
        return words.cardinal(str(value))
    if match["name"][0].isupper() and (name in _ORDINAL or _is_full_name(before, value)):
        return f"the {words.ordinal(str(value))}"
    if len(numeral) > 1 and match["name"][0].isupper() and set(numeral) <= set("IVX"):
        return words.cardinal(str(value))
    return None


def _is_full_name(before: list[str], value: int) -> bool:
    """Tell whether a first name is before the name: "Thurston Howell III"."""
    given = [word for word in before[-2:] if word[:1].isupper()]
    return 2 <= value <= 6 and any(word.strip("(“'.,").lower() in _FIRST_NAMES for word in given)


def _is_first(match: re.Match[str], name: str, before: list[str]) -> bool:
    """Tell whether I behind a name is a numeral."""
    rest = match.string[match.end() : match.end() + 24]
    if name == "war" or (_FOLLOWS_FIRST.match(rest) and not re.match(r" (?:had|was)\b", rest)):
        return True
    follower = _FOLLOWER.match(rest)
    if follower and follower[1] in ("had", "was"):
        return match["name"][0].isupper() and not (before and before[-1].lower() in _DETERMINERS)
    if name.removesuffix("s") not in _CLASSES and name not in _CLASSES:
        return False
    if follower is None:
        return match["name"][0].isupper()
    after_determiner = bool(before) and before[-1].lower() in _DETERMINERS
    is_past = follower[1].endswith("ed") and after_determiner
    return follower[1] not in _AFTER_PRONOUN and not is_past


def _roman_range(match: re.Match[str], _: Context) -> str | None:
    """Read the numerals of "chapters I-IV"."""
    first, last = words.roman(match["first"]), words.roman(match["last"])
    if not first or not last or match["name"].lower().rstrip("s") not in _CARDINAL:
        return None
    return f"{words.cardinal(str(first))} to {words.cardinal(str(last))}"


def _roman_century(match: re.Match[str], _: Context) -> str | None:
    """Read the numeral of "the XIX century" as a rank."""
    value = words.roman(match["numeral"])
    return words.ordinal(str(value)) if value else None


def _roman_alone(match: re.Match[str], context: Context) -> str | None:
    """Read a numeral that follows no name: "MMXXIV" as a year, "XIV" as a number."""
    numeral = match["it"]
    value = words.roman(numeral)
    if (
        not value
        or (len(numeral) > 2 and context.is_word(numeral.lower()))
        or (
            numeral in ("XI", "VI")
            and (
                context.runs.at(match.start()) and len(context.runs.at(match.start()).words) > 1  # type: ignore[union-attr]
            )
        )
    ):
        return None
    before = context.text[max(0, match.start() - 40) : match.start()].split()[-1:] or [""]
    if numeral == "IV" and before[0].lower() in ("an", "the", "by", "via", "with"):
        return "I V"
    return words.year(str(value)) if value > 1000 else words.cardinal(str(value))


def _of_small_letters(match: re.Match[str], context: Context) -> str | None:
    """Read the numeral of "chapter iv", "p. xii" and "(ii)"."""
    value = words.roman(match["it"].upper())
    if not value or (match["it"] == "l"):
        return None
    return words.cardinal(str(value))


def _small_range(match: re.Match[str], _: Context) -> str | None:
    """Read the numerals of "pp. xi–xv"."""
    first, last = words.roman(match["first"].upper()), words.roman(match["last"].upper())
    if not first or not last:
        return None
    return f"{words.cardinal(str(first))} to {words.cardinal(str(last))}"


_NAMES_OF_PARTS = (
    r"(?i:\b(?:chapters?|parts?|sections?|pages?|volumes?|books?|acts?|scenes?|appendix|items?|notes?)|\0)"
)

RULES = (
    Rule(
        rf"{_NAMES_OF_PARTS} ?(?P<it>(?P<first>[ivxl]{{1,7}})[-–](?P<last>[ivxl]{{1,7}}))(?!\w)",
        _small_range,
        "-–",
    ),
    Rule(rf"{_NAMES_OF_PARTS} (?P<it>[ivxl]{{2,7}})\b(?!['’])", _of_small_letters, "ivx"),
    Rule(r"(?<=\()(?P<it>i|v|ii|iii|iv|vi|vii|viii|ix|xi|xii|xiii|xiv|xv)(?=\))", _of_small_letters, "iv"),
    Rule(r"\A\W*(?P<it>ii|iii|iv|vi|vii|viii|ix|xi|xii)(?=[.)] )", _of_small_letters, "iv"),
    Rule(r"(?<!\w)(?P<it>(?P<numeral>[IVX]+)(?:st|nd|rd|th)?)(?= [Cc]entur)", _roman_century, "IVX"),
    Rule(
        r"(?<!\w)(?P<name>[A-Za-z]{2,20}) (?P<it>(?P<first>[IVXL]{1,7})[-–](?P<last>[IVXL]{1,7}))(?!\w)",
        _roman_range,
        "-–",
    ),
    Rule(
        r"(?<!\w)(?P<name>[^\W\d_]{2,20})\.? (?P<it>[IVXLC]{1,8})(?=(?:['’]s)?(?![\w'’]))",
        _roman_after_name,
        "IVXLC",
    ),
    Rule(r"(?<![\w.])(?P<it>[IVX]{2,8}|M[MDCLXVI]{3,12})(?![\w.]\w|\w|')", _roman_alone, "IVXM"),
)
