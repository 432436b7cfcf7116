"""Merchants that sell no software, and the sites that people merely read."""

ORDINARY_MERCHANTS = (
    ("TRAINLINE.COM", "LONDON", "Travel", 84.20),
    ("LNER EAST COAST", "YORK", "Travel", 126.00),
    ("TFL TRAVEL CH", "TFL.GOV.UK/CP", "Travel", 8.40),
    ("PREMIER INN 44021780", "DUNSTABLE", "Lodging", 119.00),
    ("HOTEL ADLER AACHEN", "AACHEN", "Lodging", 142.50),
    ("IBIS STYLES LEEDS", "LEEDS", "Lodging", 97.00),
    ("PRET A MANGER", "LONDON", "Meals", 7.35),
    ("DISHOOM KINGS CROSS", "LONDON", "Meals", 64.10),
    ("TESCO STORES 3297", "LONDON", "Groceries", 23.84),
    ("SAINSBURYS S/MKTS", "LONDON", "Groceries", 31.07),
    ("J HARGREAVES PLUMBING & HEATING", "CROYDON", "Facilities", 240.00),
    ("SCREWFIX DIR LTD", "YEOVIL", "Facilities", 46.99),
    ("RS COMPONENTS", "CORBY", "Supplies", 188.36),
    ("ROYAL MAIL GROUP", "LONDON", "Postage", 12.60),
    ("SHELL HOLLOWAY", "LONDON", "Fuel", 58.12),
    ("ADDISON LEE LTD", "LONDON", "Travel", 37.50),
    ("THE CROWN PH", "READING", "Meals", 41.75),
    ("TIMPSON LTD", "LONDON", "Facilities", 14.00),
)
LOOK_ALIKES = (
    ("BOX HILL CAFE", "DORKING", "Meals", 11.40),
    ("SQUARE ENIX STORE", "LONDON", "Gifts", 49.99),
    ("ZOOM CAR WASH", "SLOUGH", "Fuel", 14.00),
    ("SAGE & THYME RESTAURANT", "BRISTOL", "Meals", 72.60),
    ("LINEAR TAXIS", "DERBY", "Travel", 22.00),
    ("NOTION DOCK HOTEL", "LIVERPOOL", "Lodging", 134.00),
    ("MONDAY SMOOTHIES", "LONDON", "Meals", 6.20),
    ("MIRO BAR & KITCHEN", "LONDON", "Meals", 38.90),
    ("THE SLACK RESERVOIR INN", "HALIFAX", "Meals", 29.45),
    ("LOOM STREET TAILORS", "LEEDS", "Gifts", 85.00),
)
VENDOR_LOST = (("PAYPAL *PADDLE.NET", "35314369001", "Software", 29.00),)
PERSONAL = (("SPOTIFY AB", "STOCKHOLM", "Personal - to be repaid", 11.99),)
REFUNDED = ("PREMIER INN 44021780", "TRAINLINE.COM", "RS COMPONENTS")

PLAIN_PAGES = (
    (
        "https://www.google.com/search?q=strain+gauge+calibration&sourceid=chrome",
        "strain gauge calibration - Google Search",
    ),
    (
        "https://duckduckgo.com/?q=pressure+transducer+datasheet",
        "pressure transducer datasheet at DuckDuckGo",
    ),
    ("https://www.bbc.co.uk/news/business", "Business | BBC News"),
    ("https://www.theguardian.com/uk/technology", "Technology | The Guardian"),
    ("https://www.amazon.co.uk/dp/B08N5WRWNW", "USB-C Hub : Amazon.co.uk"),
    ("https://www.nationalrail.co.uk/live-trains/departures/", "Live trains | National Rail"),
    ("https://en.wikipedia.org/wiki/Strain_gauge", "Strain gauge - Wikipedia"),
    (
        "https://stackoverflow.com/questions/11227809/why-is-processing-a-sorted-array-faster",
        "Stack Overflow",
    ),
    ("https://docs.python.org/3/library/itertools.html", "itertools - Python documentation"),
    ("https://www.rightmove.co.uk/property-for-sale/find.html", "Properties For Sale | Rightmove"),
    ("https://www.bbcgoodfood.com/recipes/lentil-soup", "Lentil soup | Good Food"),
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "YouTube"),
    ("https://www.linkedin.com/jobs/view/3987654321", "Test engineer | LinkedIn"),
    ("https://www.metoffice.gov.uk/weather/forecast/gcpvj0v07", "London weather - Met Office"),
    ("https://medium.com/@someone/ten-tools-for-teams-1a2b3c4d", "Ten tools for teams | Medium"),
)
MARKETING_PAGES = (
    ("https://www.monday.com/pricing", "Pricing | monday.com", "monday.com"),
    ("https://www.smartsheet.com/", "Smartsheet | Modern project management", "Smartsheet"),
    ("https://www.wrike.com/features/", "Features | Wrike", "Wrike"),
    ("https://www.pipedrive.com/en/pricing", "Pricing | Pipedrive", "Pipedrive"),
    ("https://www.asana.com/pricing", "Pricing - Asana", "Asana"),
    ("https://www.hubspot.com/products/crm", "Free CRM | HubSpot", "HubSpot"),
    (
        "https://zapier.com/blog/best-project-management-software/",
        "The best project management software",
        "Zapier",
    ),
    ("https://docs.github.com/en/actions/quickstart", "Quickstart - GitHub Docs", "GitHub"),
    ("https://www.intercom.com/pricing", "Intercom pricing", "Intercom"),
)
