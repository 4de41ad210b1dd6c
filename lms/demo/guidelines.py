"""The guidelines of the demo's projects: short, with a rule for each hard case, in English and Arabic."""

from __future__ import annotations

CHOICE = {
    "en": """Look at the picture. Is there a glass of tea?

- **Tea**: you see one glass of tea or more.
- **No tea**: you see no glass.

A glass that is half outside the picture counts.
""",
    "ar": """انظر إلى الصورة. هل فيها كأس شاي؟

- **Tea**: ترى كأس شاي واحدة أو أكثر.
- **No tea**: لا ترى أي كأس.

الكأس التي يظهر نصفها فقط تُحسب أيضًا.
""",
}

BOXES = {
    "en": """Draw a box round each thing on the table.

1. One thing, one box. Two glasses are two boxes.
2. The box touches the thing on all four sides. Leave no space.
3. Choose the label: **Glass**, **Plate** or **Orange**.
4. The table and the cloth get no box.

Is a thing half hidden? Draw the part that you see.
""",
    "ar": """ارسم مربعًا حول كل شيء على الطاولة.

1. لكل شيء مربع واحد. الكأسان مربعان.
2. يلامس المربع الشيء من جهاته الأربع. لا تترك فراغًا.
3. اختر الاسم: **Glass** للكأس، **Plate** للصحن، **Orange** للبرتقالة.
4. لا مربع للطاولة ولا للمفرش.

هل الشيء مخفي جزئيًا؟ ارسم الجزء الذي تراه.
""",
}

SPANS = {
    "en": """Mark every name in the text.

1. **PER**: the name of a person. Mark first and second name together.
2. **PLACE**: a town, a country, a river.
3. **ORG**: a company, a school, a club.
4. Mark the name only. Leave out "the", commas and full stops.

A text without names is right as it is. Send it empty.
""",
    "ar": """علّم كل اسم في النص.

1. **PER**: اسم شخص. علّم الاسم الأول والثاني معًا.
2. **PLACE**: مدينة أو بلد أو نهر.
3. **ORG**: شركة أو مدرسة أو نادٍ.
4. علّم الاسم وحده، من دون الفواصل والنقاط.

النص الذي لا اسم فيه صحيح كما هو. أرسله فارغًا.
""",
}
