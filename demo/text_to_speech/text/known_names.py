"""Pronunciations of names and technical words that the network for unknown words would make unrecognizable.

A line of the table is `word phonemes`, with the word in small letters and the phonemes in the alphabet of `SYMBOLS`.
The pronunciations are those usual in American English. The dictionaries take precedence over this table, and the user's
lexicon takes precedence over both.
"""

_TABLE = """
acai ˌɑsɑˈi
adidas ədˈidəs
aloysius ˌælOˈɪʃəs
aoife ˈifə
balenciaga bəlˌɛnsiˈɑɡə
beyonce biˈɑnsA
beyoncé biˈɑnsA
bvlgari bˈʊlɡəɹi
caoimhe kwˈivə
chalamet ʃˈæləmˌA
cholmondeley ʧˈʌmli
django ʤˈæŋɡO
dostoevsky dˌɔstəjˈɛfski
dvorak dvˈɔɹʒæk
dvořák dvˈɔɹʒæk
ethereum ɪθˈɪɹiəm
givenchy ʒivɑnʃˈi
goethe ɡˈɜɹtə
gyllenhaal ʤˈɪlənhˌɔl
huawei wˈɑwˌA
hyundai hˈʌndA
ikea Ikˈiə
jinping ʤˌɪnpˈɪŋ
joaquin wɑkˈin
joaquín wɑkˈin
kotlin kˈɑtlɪn
kubernetes kˌubəɹnˈɛTiz
loughborough lˈʌfbəɹə
lviv ləvˈiv
nguyen wˈɪn
nginx ˌɛnʤɪnˈɛks
niamh nˈiv
nietzsche nˈiʧə
numpy nˈʌmpˌI
postgres pˈOstɡɹˌɛs
proust pɹˈust
putin pˈutɪn
pytest pˈItˌɛst
redis ɹˈɛdɪs
reykjavik ɹˈAkjəvˌɪk
saoirse sˈɜɹʃə
scipy sˈIpˌI
scorsese skɔɹsˈAzi
shakira ʃəkˈɪɹə
sinead ʃɪnˈAd
sinéad ʃɪnˈAd
siobhan ʃəvˈɔn
siobhán ʃəvˈɔn
sqlite ˌɛskjuˈɛlˌIt
tchaikovsky ʧIkˈɔfski
tolstoy tˈOlstˌY
wikipedia wˌɪkəpˈidiə
xiaomi ʃˈWmi
yosemite jOsˈɛmɪTi
zelensky zəlˈɛnski
zelenskyy zəlˈɛnski
zendaya zəndˈAə
zhang ʤˈɑŋ
zhou ʤˈO
"""

KNOWN_NAMES: dict[str, str] = dict(line.split() for line in _TABLE.split("\n") if line)
