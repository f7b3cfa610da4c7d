// The page that the modules under test expect to stand on.
document.body.dataset.framed = "no";
document.body.innerHTML = `<script type="application/json" id="site">${JSON.stringify({
    key: "demo",
    name: "演示",
    region: null,
    greeting: null,
    phone: "12333",
    place: "大厅",
    address: "路1号",
    hours: [],
    holidays: [],
    open: null,
    notice: null,
    theme: {},
    origins: [],
    features: {
        voice: true,
        read_aloud: true,
        elder: false,
        kiosk: false,
        idle_seconds: 120,
        questions: [],
    },
})}</script>`;
