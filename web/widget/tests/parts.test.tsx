// Links that may be followed, records that are drawn, hours as people say them, forms that are read.
import "./page";
import { describe, expect, it } from "vitest";
import { byYear, paidIn, statusOf } from "../src/app/cards/charts";
import { inYears } from "../src/app/cards/Contributions";
import { words as chinese } from "../src/app/words/zh-CN";
import { filled } from "../src/app/cards/Form";
import type { Month } from "../src/app/cards/shapes";
import { said } from "../src/app/Hours";
import { isGovernment, webAddress } from "../src/app/parts";
import { words } from "../src/app/words/zh-CN";

describe("addresses", () => {
    it.each([
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://x/1",
        "//x",
        "/x",
        "x",
        "https://a:b@gov.cn/",
        "file:///x",
        "",
    ])("does not follow %s", (written) => expect(webAddress(written)).toBeNull());
    it("knows a government's page by the end of its name alone", () => {
        expect(["gov.cn", "www.gov.cn", "rsj.beijing.gov.cn"].every(isGovernment)).toBe(true);
        expect(["gov.cn.evil.com", "notgov.cn", "gov.com", "evil-gov.cn"].some(isGovernment)).toBe(
            false,
        );
    });
});

describe("the record", () => {
    const month = (name: string, status: Month["status"] = "paid"): Month => ({
        month: name,
        region: "1",
        employer: "",
        base: "1.00",
        personal: "1.00",
        status,
    });
    it("shows years without a month, too", () => {
        const years = byYear([month("2020-12"), month("2022-01")]);
        expect(years.map(([year, months]) => [year, paidIn(months)])).toEqual([
            ["2020", 1],
            ["2021", 0],
            ["2022", 1],
        ]);
    });
    it("counts a month once that two regions have", () => {
        expect(paidIn(byYear([month("2020-01"), month("2020-01", "arrears")])[0]![1])).toBe(1);
    });

    it("tells a month that is missing from one outside the record", () => {
        const all = [month("2020-11"), month("2021-02")];
        const [before, after] = byYear(all);
        expect([9, 11, 12].map((one) => statusOf(before!, one, all))).toEqual([
            "outside",
            "paid",
            "none",
        ]);
        expect([1, 2, 3].map((one) => statusOf(after!, one, all))).toEqual([
            "none",
            "paid",
            "outside",
        ]);
    });

    it("says months in years, as pensions are counted", () => {
        expect([66, 180].map((many) => inYears(many, chinese))).toEqual(["合5年6个月", "合15年"]);
    });
});

describe("hours", () => {
    it("are said as people say them", () => {
        expect(said({ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }, words)).toBe(
            "周一至周五 9:00–17:00",
        );
        expect(said({ days: [2, 4], from: "13:30", to: "17:00" }, words)).toBe(
            "周二 周四 13:30–17:00",
        );
    });
});

describe("a form", () => {
    it("gives only what was filled in", () => {
        const values = new FormData();
        values.set("a", " x ");
        values.set("b", "  ");
        values.set("strange", "y");
        const fields = ["a", "b", "c"].map((name) => ({
            name,
            label: name,
            kind: "text" as const,
        }));
        expect(
            filled(
                { type: "form", title: "t", submit: { title: "s", payload: "/x" }, fields },
                values,
            ),
        ).toEqual({ a: "x" });
    });
});
