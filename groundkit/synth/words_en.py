"""English words by topic, separated by bars."""

ENGLISH = {
    "action": "Save|Cancel|Submit|Delete|Edit|Add|Share|Send|Apply|Confirm|Continue|Next|Back"
    "|Close|Done|Retry|Reset|Search|Filter|Export|Import|Upload|Download|Print|Copy|Paste|Undo"
    "|Open|View|Details|Buy now|Add to cart|Checkout|Pay|Book|Reserve|Follow|Subscribe|Log in"
    "|Sign up|Sign out|Register|Verify|Connect|Invite|Join|Leave|Start|Stop|Pause|Play|Install"
    "|Update|Refresh|Sync|New file|New order|Create|Publish|Approve|Reject|Archive|Restore"
    "|Rename|Move|Select all|Clear|More|Show all|Load more|Try again|Learn more|Get started|Skip"
    "|Allow|Deny|OK|Yes|No|Accept|Decline|Remind me|Scan|Translate|Reply|Forward|Pin|Mute|Report"
    "|Block",
    "nav": "Home|Search|Profile|Settings|Messages|Orders|Inbox|Explore|Library|Favorites|Cart"
    "|Notifications|Dashboard|Reports|Users|Customers|Products|Calendar|Tasks|Files|Photos|Music"
    "|Videos|News|Contacts|Wallet|Help|Support|Billing|Team|Projects|Analytics|Inventory|Logs"
    "|Overview|Activity|History|Downloads|Discover|Trending|Nearby|Deals|Feed|Groups|Events"
    "|Invoices|Payments|Security|Members|Today|Chats|Calls|Updates|Recent|Shared|Starred|Trash"
    "|Devices|Servers|Domains|Backups|Tickets|Reviews|Articles|Courses|Recipes|Fitness|Travel",
    "title": "Account settings|My orders|Edit profile|New message|Payment method"
    "|Shipping address|Recent activity|Your library|Weekly report|Create account|Welcome back"
    "|Sign in|Team members|Project overview|Monthly sales|Customer list|Product details"
    "|Order summary|Notifications|Privacy and safety|Language and region|Storage|Display|Sound"
    "|Battery|General|About phone|Top stories|Popular today|Recommended|Continue watching"
    "|New releases|Best sellers|Near you|Upcoming events|Flight status|Hotel search|Book a table"
    "|Workout plan|Health data|Sleep|Shopping cart|Wish list|Gift cards|Help center|Contact us"
    "|Frequently asked|Release notes|System status|Server load|Access control|Audit log"
    "|Data export|Backups|Schedule|Tasks|Quick actions|Latest posts|Photo albums|Playlists"
    "|Podcasts|Saved items|Search results",
    "setting": "Wi-Fi|Bluetooth|Airplane mode|Dark mode|Notifications|Auto update|Location"
    "|Sounds|Vibration|Brightness|Night light|Battery saver|Screen lock|Face unlock|Fingerprint"
    "|Language|Region|Time zone|Text size|Bold text|Data roaming|Mobile data|Hotspot|VPN|Sync"
    "|Backup|Auto-play|Subtitles|Captions|Read receipts|Last seen|Online status|Two-factor login"
    "|Email alerts|Push messages|Weekly digest|Sound effects|Keyboard|Autocorrect|Spell check"
    "|Cookies|Ad tracking|Pop-ups|Developer mode|USB debugging|Always on display|Do not disturb"
    "|Privacy|Storage|Accounts|Security|Wallpaper|Ringtone|Permissions|About|Updates"
    "|Accessibility",
    "field": "Name|First name|Last name|Email|Password|Phone|Address|City|Country|State|Zip code"
    "|Company|Job title|Website|Username|Date of birth|Card number|Expiry date|Security code"
    "|Start date|End date|Amount|Quantity|Price|Subject|Message|Description|Title|Category|Tags"
    "|Notes|Order number|Customer|Supplier|Department|Project|Priority|Deadline|Guests|Check-in"
    "|Check-out|From|To|Departure|Gender|Age|Height|Weight|Bank|Account|Discount code|Reference",
    "hint": "Enter your name|name@example.com|Your password|Type a message|Search products"
    "|Search|Search by name|Enter amount|Select a date|Choose an option|Write a comment"
    "|Add a note|Phone number|Street and number|Enter code|Optional|Required"
    "|At least 8 characters|Find people|Search settings|Where to?|What is new?|Add a title"
    "|Enter a city|Search mail|Filter by name|Search files|Ask anything|Write a review"
    "|dd/mm/yyyy|https://|Say hello|Search songs|Your email",
    "option": "Small|Medium|Large|Red|Blue|Green|Black|White|Daily|Weekly|Monthly|Yearly|Never"
    "|Low|Normal|High|Urgent|English|French|German|Spanish|Chinese|Male|Female|Other|Single"
    "|Double|Visa|PayPal|Cash|Bank transfer|Standard|Express|Economy|Business|Everyone|Friends"
    "|Only me|Newest first|Price: low|Price: high|Rating|Distance|All|None|Custom|Default"
    "|Automatic|Manual|PDF|CSV|Excel|Public|Private|Active|Inactive|Berlin|Paris|London|Tokyo"
    "|Madrid|Lisbon",
    "check": "Remember me|I agree to the terms|Send me news|Keep me logged in|Gift wrap|Use GPS"
    "|Show password|Free shipping|In stock only|Include tax|Notify me|Save card|Subscribe|Agree"
    "|Breakfast|Parking|Pool|Pets allowed|Same address|Read only|Admin|Hidden|Match case|Loop"
    "|Whole word|Auto save|High quality|Offline mode|Verified only|On sale|Vegan|Gluten free",
    "product": "Running shoes|Leather bag|Wool sweater|Desk lamp|Coffee maker|Wireless mouse"
    "|Watch|Water bottle|Backpack|Headphones|Sun glasses|Office chair|Cotton shirt|Rain jacket"
    "|Notebook|Phone case|Smart speaker|Yoga mat|Garden hose|Pan set|Tea pot|Green tea"
    "|Dark chocolate|Olive oil|Bed sheets|Wall clock|Camera lens|Keyboard|Monitor stand"
    "|USB cable|Power bank|Toaster|Blender|Winter boots|Silk scarf|Denim jeans|Board game|Puzzle"
    "|Tent|Sleeping bag|Bike helmet|Skateboard",
    "person": "Anna Berg|Tom Hill|Lisa Wong|Mark Stone|Eva Lind|Paul Green|Nina Rossi|Omar Khan"
    "|Julia Meyer|Sam Carter|Grace Lee|Ben Adams|Maria Silva|Ivan Petrov|Zoe Clark|Leo Martin"
    "|Alice Moore|David Park|Emma Scott|Hugo Blanc|Kate Young|Ryan Cole|Sara Nilsson|Victor Cruz"
    "|Mom|Dad|Design team|Family|Book club|Sales|Support|Dr. Brown|Landlord|Gym|Running group",
    "message": "See you soon|On my way|Thanks a lot!|Can we talk?|Sounds good|Running late|OK"
    "|Great!|What time?|Call me back|Happy birthday!|Did you see this?|Let me check"
    "|I will be there|No way|Good morning|Nice photo!|Where are you?|Dinner at 7?"
    "|Sent you the file|Yes, please|Not yet|Meeting moved to Friday|How was your trip?"
    "|Please review|I like it|Maybe tomorrow|Good night|The package arrived|Can you help me?"
    "|Looks perfect|Any news?|We did it!|Just a second|Sure|Do not forget the keys"
    "|I am at the station|Talk to you later|Have a look at this link",
    "sentence": "Your changes have been saved.|A new version is available."
    "|No items match your search.|We will never share your email.|Last updated two hours ago."
    "|Delivery in three days.|This cannot be undone.|You have three unread messages."
    "|Free returns within a month.|Turn on to get alerts on this device."
    "|The file is ready to download.|Only you can see this.|Check your inbox for the link."
    "|Your trial ends in five days.|Charging, one hour left.|Uses less data when you are away."
    "|All systems are running.|Added by a friend of yours.|A quiet place near the river."
    "|Light, strong and easy to clean.|Made from recycled wool."
    "|The best season to visit is spring.|Prices include all taxes.|Meet people with your taste."
    "|Records of the last thirty days.|Two people are editing this page."
    "|Connected to the office.|Tickets are sold out until June.|Try again in a few minutes."
    "|Works on every device.|Choose how you want to be notified.|Scan the code with your phone."
    "|Nothing to see here yet.",
    "status": "New|Sale|Open|Closed|Paid|Pending|Draft|Active|Failed|Done|Shipped|Live|Beta|Free"
    "|Pro|Hot|Sold out|Online|Offline|Overdue|Approved|Rejected|Running|Stopped|Queued|Urgent"
    "|Low|High",
    "column": "Name|Date|Status|Amount|Price|Qty|Total|Owner|Type|Size|City|Email|Role|Team"
    "|Order|Product|Stock|Rating|Updated|Created|Priority|Due|Score|Version|Host|CPU|Memory"
    "|Country|ID",
    "city": "Berlin|Paris|London|Tokyo|New York|Madrid|Rome|Oslo|Vienna|Prague|Dublin|Lisbon"
    "|Sydney|Toronto|Seoul|Beijing|Mumbai|Cairo|Lima|Boston|Chicago|Denver|Austin|Geneva|Athens"
    "|Warsaw",
    "file": "report.pdf|notes.txt|budget.xlsx|photo_01.jpg|plan.docx|logo.svg|backup.zip|main.py"
    "|index.html|slides.pptx|invoice.pdf|readme.md|data.csv|song.mp3|movie.mp4|draft.docx|app.js"
    "|Documents|Pictures|Projects|Archive|Shared|Work|Private|Templates|Fonts|Camera|Receipts",
    "tag": "All|Popular|New|Food|Music|Sports|Art|Tech|Travel|Games|Books|Movies|Health|Fashion"
    "|Pets|Science|History|Nature|Kids|Home|Garden|Cars|Jobs|Finance|Comedy|Jazz|Rock|Hiking"
    "|Cooking",
    "link": "Forgot password?|Terms of use|Privacy policy|Learn more|Read more|See all|Help"
    "|Contact|Create an account|Change|View all|Details|Edit|Show more|Unsubscribe|Documentation"
    "|Feedback|Resend code|Need help?|About us|Careers|Imprint|Sitemap|Skip for now"
    "|Compare plans|Track order",
    "story": "City opens new bike lanes|Storm warning for the coast"
    "|Team wins third game in a row|How to cook rice well|Ten quiet islands to visit"
    "|Markets close higher|A museum for small things|The art of doing less"
    "|Why bees love this town|Night trains are back|Five easy soups for winter"
    "|What the new phone can do|Learning to paint at sixty|Garden tips for May"
    "|A walk through old Lisbon|Sleep better tonight|The river is clean again"
    "|Inside a paper factory|Best cameras of the year",
    "song": "Blue Morning|Paper Moon|Slow River|Night Drive|Golden Hour|Old Town|Silver Rain"
    "|Echoes|Summer Road|Hidden Garden|Cold Coffee|Red Balloon|Northern Lights|Quiet Storm"
    "|Salt and Sea",
    "metric": "Revenue|Orders|Visitors|New users|Conversion|Sessions|Errors|Latency|Steps"
    "|Calories|Heart rate|Distance|Balance|Expenses|Income|Savings|Open tickets|Uptime|Downloads"
    "|Followers",
    "weekday": "Mon|Tue|Wed|Thu|Fri|Sat|Sun|Today|Yesterday|Tomorrow",
    "currency": "$|$|EUR |USD ",
    "unit": "2 km|15 min|3 items|128 MB|4.5 GB|75%|12 km/h|350 g|1.5 l|6 people|24 h|5 new|9+|1/3",
    "about": "photo|picture|cover|preview|banner|artwork|thumbnail",
    "user": "avatar of|photo of|profile picture of",
    "menu": "File|Edit|View|Insert|Format|Tools|Table|Window|Help|Sele"
    "ct|Image|Layer|Run|Build|Debug|Go|Terminal|Project|Options",
}
