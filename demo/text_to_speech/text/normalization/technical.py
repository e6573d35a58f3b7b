"""Reads technical names: "MySQL", "IPv6", "stdout", "LLaMA".

A table has the names whose reading follows from nothing. A word of four to six capitals that is made of syllables is
read as a word ("FERPA", "CUDA"). Other words of several parts ("WebSocket", "HTTPServer") are split by `names`, and
those of two words without a sign of it ("localhost") by `compounds`.
"""

from __future__ import annotations

import re

from .rules import Context, Rule, Sound, alternatives
from .tables import SAID_AS_WORDS, SAID_OTHERWISE, SPELT, table

# Written = spoken, or after "/" the phonemes. A name in small letters is read so in any spelling.
_NAMES = table(
    """
    MySQL = my S Q L
    SQLite = S Q lite
    NoSQL = no S Q L
    PostgreSQL = /pˈOstɡɹɛs kjˌuˈɛl
    T-SQL = T S Q L
    PL/SQL = P L S Q L
    MariaDB = Maria D B
    DuckDB = duck D B
    IPv4 = I P V four
    IPv6 = I P V six
    HTTP/2 = H T T P two
    LLaMA = /lˈɑmə
    LoRA = /lˈɔɹə
    QLoRA = /kjˈu lˈɔɹə
    CUDA = /kˈudə
    cuDNN = /kˈu dˌiˌɛnˈɛn
    ROCm = rock em
    OpenVINO = open vino
    PyPI = pie P I
    PyPy = pie pie
    NumPy numpy = /nˈʌmpˌI
    SciPy scipy = /sˈIpˌI
    SymPy sympy = /sˈɪmpˌI
    PyTorch pytorch = /pˈI tˈɔɹʧ
    Jupyter jupyter = Jupiter
    TeX = /tˈɛk
    LaTeX = /lˈAtɛk
    BibTeX = /bˈɪbtɛk
    OAuth oauth = /ˈO ˌɔθ
    OAuth2 = /ˈO ˌɔθ tˈu
    nginx NGINX Nginx = engine X
    systemd = system D
    systemctl = system C T L
    kubectl = cube C T L
    ioctl = I O C T L
    sysctl = sis C T L
    httpd = H T T P D
    sshd = S S H D
    crond = cron D
    etcd = E T C D
    stdin = standard in
    stdout = standard out
    stderr = standard error
    stdlib = standard lib
    sudo = /sˈudu
    chmod = C H mod
    chown = C H own
    mkdir = make dir
    rmdir = R M dir
    fsck = F S check
    regex = /ɹˈɛʤɛks
    regexes = /ɹˈɛʤɛksᵻz
    regexp = /ɹˈɛʤɛksp
    async = /ˈAsˌɪŋk
    asyncio = /ˈAsˌɪŋk ˌIˈO
    enum = /ˈinʌm
    enums = /ˈinʌmz
    varchar = /vˈɑɹkˌæɹ
    tuple = /tˈʌpᵊl
    tuples = /tˈʌpᵊlz
    config = /kənfˈɪɡ
    configs = /kənfˈɪɡz
    repo = /ɹˈipO
    repos = /ɹˈipOz
    param = /pˈæɹæm
    params = /pˈæɹæmz
    args = /ˈɑɹɡz
    kwargs = /kwˈɑɹɡz
    argparse = /ˈɑɹɡ pˌɑɹs
    init = /ɪnˈɪt
    venv = /vˈi ˌɛnv
    env = /ˈɛnv
    src = source
    dest = /dˈɛst
    tmp = temp
    utils = /jˈutˌɪlz
    libc = lib C
    glibc = G lib C
    gcc = G C C
    clang = /klˈæŋ
    cmake CMake = C make
    npm = N P M
    npx = N P X
    yml = /jˈæmᵊl
    yaml YAML = /jˈæməl
    toml TOML = /tˈɑməl
    jsonl JSONL = Jason L
    JSONB = Jason B
    GeoJSON = geo Jason
    ONNX onnx = /ˈɑnɪks
    RegEx = /ɹˈɛʤɛks
    GraphQL = graph Q L
    gRPC = G R P C
    eBPF = E B P F
    mTLS = M T L S
    iOS = I O S
    iPadOS = I pad O S
    macOS = mac O S
    watchOS = watch O S
    tvOS = T V O S
    visionOS = vision O S
    iCloud = I cloud
    iTunes = I tunes
    iMessage = I message
    eSIM = /ˈi sˌɪm
    eSIMs = /ˈi sˌɪmz
    GitHub github = /ɡˈɪt hˌʌb
    GitLab gitlab = /ɡˈɪt lˌæb
    README readme = read me
    changelog Changelog CHANGELOG = change log
    changelogs = change logs
    QEMU = /kjˈu ˌɛmju
    GIMP = /ɡˈɪmp
    GNOME = /nˈOm
    KDE = K D E
    MATLAB = mat lab
    FLAC = /flˈæk
    ASIC = /ˈAsɪk
    ASICs = /ˈAsɪks
    RAID = raid
    NVMe = N V M E
    SATA = /sˈɑTə
    PCIe = P C I E
    OAuth2.0 = /ˈO ˌɔθ tˈu
    WebRTC = web R T C
    WebGL = web G L
    OpenGL = open G L
    WebP = web P
    LGTM = L G T M
    WYSIWYG = /wˈɪziwˌɪɡ
    GUI = /ɡˈui
    GUIs = /ɡˈuiz
    CRUD = /kɹˈʌd
    SOAP = soap
    REST = rest
    CORS = /kˈɔɹz
    CSRF = C S R F
    XSS = X S S
    SAML = /sˈæməl
    LDAP = /ˈɛl dˌæp
    IMAP = /ˈI mˌæp
    VoIP VOIP = /vˈYp
    WPA2 = W P A two
    BIOS = /bˈIOs
    UEFI = U E F I
    DIMM = /dˈɪm
    ARM64 = arm sixty four
    x86 = X eighty six
    x64 = X sixty four
    xAI = X A I
    vLLM = V L L M
    OpenAI = open A I
    DALL-E = /dˈɑli
    spaCy spacy = /spˈAsi
    NLTK = N L T K
    scikit-learn = /sˈIkɪt lˈɜɹn
    sklearn = S K learn
    Keras = /kˈɛɹəs
    ffmpeg FFmpeg = /ˌɛfˌɛfˈɛmpˌɛɡ
    Wi-Fi WiFi wifi = /wˈIfI
    Qt = cute
    LibreOffice = /lˈibɹə ˈɔfəs
    OpenOffice = open office
    LinkedIn = linked in
    YouTube = /jˈutˌub
    TikTok = tick tock
    PayPal = pay pal
    eBay = /ˈibˌA
    AliExpress = Ali express
    SpaceX = space X
    DevOps = /dˈɛvˌɑps
    MLOps = /ˌɛmˈɛl ˌɑps
    SaaS = /sˈæs
    PaaS = /pˈæs
    IaaS = /ˈIæs
    FOSS = /fˈɔs
    LiDAR LIDAR = /lˈIdɑɹ
    """
)
# Four to six capitals that begin with a consonant and are made of two or three syllables: CUDA, FERPA, NAFTA.
_CONSONANT, _VOWEL = "[BCDFGHJKLMNPQRSTVWXZ]", "[AEIOU]"
_SYLLABLES = re.compile(
    rf"(?:{_CONSONANT}|[BCDFGPST][LR]|[CPST]H|ST){_VOWEL}(?:{_CONSONANT}|[LMNR]{_CONSONANT}|FT|PT|CT|ST|PP|SC|SK)"
    rf"{_VOWEL}(?:{_CONSONANT}|{_CONSONANT}{_VOWEL}|{_VOWEL})?S?"
)


def _name(match: re.Match[str], _: Context) -> str | Sound:
    """Read a name of the table."""
    spoken = _NAMES[match["it"]]
    return Sound(match["it"].lower(), spoken[1:]) if spoken.startswith("/") else spoken


def _syllables(match: re.Match[str], context: Context) -> str | None:
    """Read "FERPA" as a word."""
    written = match["it"]
    is_listed = written in SPELT or written in SAID_AS_WORDS or written in SAID_OTHERWISE
    if is_listed or context.is_word(written) or context.is_word(written.lower()):
        return None
    return written.lower() if _SYLLABLES.fullmatch(written) else None


RULES = (
    Rule(rf"(?<![\w/@#.-])(?P<it>{alternatives(_NAMES)})(?![\w/@-]|\.\w)", _name),
    Rule(r"(?<![\w-])(?P<it>[A-Z]{4,6})(?![\w-])", _syllables, "AEIOU"),
)
