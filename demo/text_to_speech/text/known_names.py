"""Names and technical words in no dictionary, which the network for unknown words would say beyond recognition.

One `word phonemes` a line, in small letters and in the alphabet of `SYMBOLS`; the readings are those usual in American
English. The dictionaries come before this table, the user's own lexicon before both.
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
