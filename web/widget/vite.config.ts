// Builds the app that runs inside the frame and as the page /chat.
import { defineConfig } from "vite";

export default defineConfig({
    base: "/w/v1/",
    build: {
        outDir: "dist",
        manifest: true,
        target: ["es2020", "chrome93", "safari15.4"],
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
        rollupOptions: { input: "src/app/main.tsx" },
    },
});
