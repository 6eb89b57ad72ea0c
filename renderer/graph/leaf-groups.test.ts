import { expect, test } from "vitest";
import { changedLeaves, leafGroups } from "./leaf-groups.ts";

const drawing = (a: string, b: string, caption = "") =>
  `<svg><g transform="t"><g id="cells"><g id="a"><rect fill="${a}"/></g><g id="b"><rect fill="${b}"/></g></g>` +
  `<g id="caption"><text>${caption}</text></g></g></svg>`;

test("groups with an id are leaves, those with named groups inside are of the frame", () => {
  expect(leafGroups(drawing("red", "blue", "words"))).toEqual({
    frame: '<svg><g transform="t"><g id="cells">\0\0</g>\0</g></svg>',
    leaves: [
      '<g id="a"><rect fill="red"/></g>',
      '<g id="b"><rect fill="blue"/></g>',
      '<g id="caption"><text>words</text></g>',
    ],
  });
});

test("a leaf ends where it ends, however many groups without an id stand in it", () => {
  const box = '<g id="a"><g><rect/></g><g transform="t"><g/></g><text>&lt;/g&gt;</text></g>';
  expect(leafGroups(`<svg><g id="boxes">${box}<g id="b"/></g><g><g id="c"><path/></g></g></svg>`)).toEqual({
    frame: '<svg><g id="boxes">\0\0</g><g>\0</g></svg>',
    leaves: [box, '<g id="b"/>', '<g id="c"><path/></g>'],
  });
});

test("only what is different is named", () => {
  const before = leafGroups(drawing("red", "blue", "one"));
  expect(changedLeaves(before, leafGroups(drawing("red", "blue", "one")))).toEqual([]);
  expect(changedLeaves(before, leafGroups(drawing("red", "green", "two")))).toEqual([1, 2]);
});

test("another frame, and one leaf more or less, are another drawing", () => {
  const before = leafGroups(drawing("red", "blue"));
  const others = [
    drawing("red", "blue").replace('"t"', '"u"'),
    drawing("red", "blue").replace('<g id="a"><rect fill="red"/></g>', ""),
    drawing("red", "blue").replace("</svg>", '<g id="c"><rect/></g></svg>'),
  ];
  expect(others.map((other) => changedLeaves(before, leafGroups(other)))).toEqual([undefined, undefined, undefined]);
});
