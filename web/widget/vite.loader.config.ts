// Builds the loader, the one script that stands on other people's pages.
import { defineConfig } from "vite";

export default defineConfig({
    build: {
        outDir: "dist",
        emptyOutDir: false,
        target: ["es2020", "chrome93", "safari15.4"],
        lib: {
            entry: "src/loader/main.ts",
            formats: ["iife"],
            name: "ShebaoChatLoader",
            fileName: () => "loader.js",
        },
    },
});
