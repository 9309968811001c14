"""One table from the words of all sources to our element types.

Sources: Android widget classes (AOSP `android.widget`, androidx, Material), RICO's 25 component
labels (Liu et al. 2018), XCUITest element types, WAI-ARIA 1.2 roles and HTML tags. Words are
compared without case, spaces, hyphens and underscores; of a dotted or `$` class name only the last
part counts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from groundkit.records import Element
from groundkit.vocabulary import TYPE_WORDS, type_of_word

# type: Android classes | RICO labels | ARIA roles | HTML tags and words of UI capture tools
_WORDS_BY_TYPE: dict[str, str] = {
    "text": "TextView AppCompatTextView MaterialTextView CheckedTextView Text StaticText paragraph"
    " p em strong small b i u code kbd pre blockquote legend caption note time mark abbr dd dt"
    " figcaption address sub sup status alert",
    "heading": "heading h1 h2 h3 h4 h5 h6 title",
    "label": "label labeltext chip badge tooltip",
    "link": "link a hyperlink",
    "button": "Button AppCompatButton MaterialButton TextButton RadioGroupButton CompoundButton"
    " FloatingActionButton ToggleButton submit reset summary",
    "icon": "Icon ImageButton AppCompatImageButton OverflowMenuButton svg pictogram",
    "image": "ImageView AppCompatImageView ShapeableImageView Image BackgroundImage img picture"
    " figure graphic photo",
    "input": "EditText AppCompatEditText TextInputEditText AutoCompleteTextView"
    " MultiAutoCompleteTextView Input textbox textarea textfield textinput password",
    "search": "SearchView SearchAutoComplete searchbox search searchfield",
    "checkbox": "CheckBox AppCompatCheckBox MaterialCheckBox menuitemcheckbox",
    "radio": "RadioButton AppCompatRadioButton MaterialRadioButton radio menuitemradio",
    "switch": "Switch SwitchCompat SwitchMaterial MaterialSwitch OnOffSwitch toggle",
    "select": "Spinner AppCompatSpinner combobox listbox select dropdown",
    "slider": "SeekBar AppCompatSeekBar Slider RangeSlider scrollbar range",
    "stepper": "NumberPicker NumberStepper Stepper spinbutton number",
    "date_picker": "DatePicker TimePicker CalendarView date",
    "progress": "ProgressBar CircularProgressIndicator LinearProgressIndicator progressbar"
    " progress meter",
    "rating": "RatingBar AppCompatRatingBar rating",
    "tab": "TabView TabItem Tab MultiTab",
    "menu_item": "ActionMenuItemView ListMenuItemView BottomNavigationItemView"
    " NavigationMenuItemView menuitem navitem",
    "list_item": "ListItem li treeitem row tr",
    "option": "option",
    "cell": "cell gridcell columnheader rowheader td th",
    "card": "CardView MaterialCardView Card article",
    "chart": "chart canvas",
    "map": "MapView Map",
    "video": "VideoView PlayerView SurfaceView TextureView Video",
    "web_view": "WebView iframe",
    "advertisement": "AdView Advertisement ad",
    "pager": "PagerIndicator PageIndicatorView pagination pager",
    "toolbar": "Toolbar ActionBar AppBarLayout BottomNavigation BottomNavigationView"
    " BottomAppBar banner contentinfo TabBar UITabBar NavigationBar UINavigationBar",
    "dialog": "Modal dialog alertdialog DrawerLayout Drawer NavigationView",
    "container": "View ViewGroup FrameLayout LinearLayout RelativeLayout ConstraintLayout"
    " CoordinatorLayout GridLayout TableLayout TableRow ScrollView HorizontalScrollView"
    " NestedScrollView RecyclerView ListView GridView ViewPager ViewPager2 DecorView"
    " ContentFrameLayout FitWindowsLinearLayout ActionMenuView SwipeRefreshLayout ComposeView"
    " RadioGroup TabLayout group list grid table rowgroup tablist menu menubar navigation main form"
    " region complementary tree treegrid radiogroup document application section header footer nav"
    " aside ul ol dl div span body html fieldset thead tbody tfoot tabpanel"
    " details separator container feed log ButtonBar TabHost TabWidget ViewFlipper ViewSwitcher",
    "element": "element",
}

# For app classes of which only the name is known: `com.shop.PriceTextView`. First match wins.
_TYPE_BY_SUFFIX = (
    ("imagebutton", "icon"),
    ("radiobutton", "radio"),
    ("button", "button"),
    ("edittext", "input"),
    ("textview", "text"),
    ("iconview", "icon"),
    ("imageview", "image"),
    ("checkbox", "checkbox"),
    ("switch", "switch"),
    ("spinner", "select"),
    ("seekbar", "slider"),
    ("progressbar", "progress"),
    ("cardview", "card"),
    ("tabview", "tab"),
    ("webview", "web_view"),
    ("mapview", "map"),
    ("layout", "container"),
    ("layoutcompat", "container"),
    ("viewgroup", "container"),
    ("recyclerview", "container"),
    ("listview", "container"),
    ("viewpager", "container"),
)

CONTAINER_TYPES = frozenset({"container", "toolbar", "dialog", "web_view"})
"""Types that hold other elements; asked about only if the source says that they can be clicked."""

# They say only that something is there (ARIA's roles for wrappers, XCUITest's for any view), so
# that every other word of the element is heard before them.
_VAGUE_WORDS = frozenset({"generic", "none", "presentation", "hgroup", "other"})

FALLBACK_TYPE = "element"


def _normal(word: str) -> str:
    return re.sub(r"[\s_\-/]", "", word).casefold()


_TYPE_OF_RAW = {
    _normal(word): type_name
    for type_name, words in _WORDS_BY_TYPE.items()
    for word in words.split()
}


def element_type(element: Element) -> str:
    """The type of an element: a key of `vocabulary.TYPE_WORDS`.

    What `raw_type` finds, but a container that can be clicked is an `element`: somebody made it a
    control, nobody said which.
    """
    found = raw_type(element)
    if found in CONTAINER_TYPES and element.clickable:
        return FALLBACK_TYPE
    return found


def raw_type(element: Element) -> str:
    """The type that an element's own words name.

    Tries `type`, then `fallback_types` in order, each by table and by our own words, then all by
    the end of a class name; what only vague words name is a `container`, what is still unknown an
    `element`.
    """
    return _lookup((element.type, *element.fallback_types))


@lru_cache(maxsize=4096)  # a dataset has few different classes and many elements
def _lookup(words: tuple[str, ...]) -> str:
    raws = [_last_part(word) for word in words if word]
    for raw in raws:
        known = _TYPE_OF_RAW.get(raw) or _own_word(raw)
        if known:
            return known
    for raw in raws:
        for suffix, type_name in _TYPE_BY_SUFFIX:
            if raw.endswith(suffix):
                return type_name
    return "container" if _VAGUE_WORDS.intersection(raws) else FALLBACK_TYPE


def _last_part(raw: str) -> str:
    return _normal(re.split(r"[.$]", raw.strip())[-1]).removeprefix("xcuielementtype")


_OWN_WORDS = {_normal(name): name for name in TYPE_WORDS}


def _own_word(raw: str) -> str | None:
    return _OWN_WORDS.get(raw) or type_of_word(raw)
