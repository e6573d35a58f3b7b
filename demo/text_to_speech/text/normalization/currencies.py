"""Tables of currencies and large numbers, which `money` and `counted` read.

`tables` describes their format: `written written … = singular | plural`.
"""

from ..word_sets import word_set
from .tables import table

# Written form of a currency → singular and plural of its unit, singular and plural of its hundredth.
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
        kr kr. = krone | kroner | ore | ore
        DKK = Danish krone | Danish kroner | ore | ore
        PLN = zloty | zlotys | grosz | groszy
        CZK Kč = Czech koruna | Czech koruny | haler | halers
        HUF = forint | forints | filler | fillers
        RON = leu | lei | ban | bani
        BGN = lev | leva | stotinka | stotinki
        ISK = Icelandic krona | Icelandic kronur | eyrir | aurar
        UAH ₴ = hryvnia | hryvnias | kopeck | kopecks
        THB ฿ = baht | baht | satang | satang
        PHP ₱ = Philippine peso | Philippine pesos | centavo | centavos
        IDR Rp = rupiah | rupiah | sen | sen
        MYR = ringgit | ringgit | sen | sen
        VND ₫ = dong | dong | xu | xu
        TWD NT$ = Taiwan dollar | Taiwan dollars | cent | cents
        KZT ₸ = tenge | tenge | tiyn | tiyn
        NGN ₦ = naira | naira | kobo | kobo
        KES = Kenyan shilling | Kenyan shillings | cent | cents
        GHS ₵ = cedi | cedis | pesewa | pesewas
        EGP E£ = Egyptian pound | Egyptian pounds | piastre | piastres
        SAR = Saudi riyal | Saudi riyals | halala | halalas
        AED = dirham | dirhams | fils | fils
        QAR = Qatari riyal | Qatari riyals | dirham | dirhams
        PKR = Pakistani rupee | Pakistani rupees | paisa | paise
        LKR = Sri Lankan rupee | Sri Lankan rupees | cent | cents
        ARS = Argentine peso | Argentine pesos | centavo | centavos
        CLP = Chilean peso | Chilean pesos | centavo | centavos
        PEN = sol | soles | centimo | centimos
        ETH = ether | ether | cent | cents
        MXN MX$ = Mexican peso | Mexican pesos | centavo | centavos
        ZAR = rand | rand | cent | cents
        """
    ).items()
}

MAGNITUDES = table(
    """
    k K thousand = thousand
    m M mn Mn MM mm mln mio Mio million = million
    b B bn Bn bln billion = billion
    t T tn Tn trn trillion = trillion
    lakh = lakh
    crore Cr cr = crore
    quadrillion = quadrillion
    """
)

# Nouns before which a sum of money is an adjective, as in "a five dollar bill"; part of a regular expression.
MONEY_NOUNS = "|".join(
    sorted(
        word_set(
            """
            bill note coin fine fee ticket prize gift check cheque deal loan budget fund investment contract project
            grant reward bet tip discount voucher bonus donation lawsuit settlement house home car tax raise stamp
            bailout package plan salary mortgage debt penalty jackpot gap target menu item
            """
        )
    )
)
