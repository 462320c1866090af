import { describe, expect, it } from 'vitest';

import { parseDiff } from './diff.ts';

describe('parseDiff', () => {
  it('names added and rewritten lines by their new numbers', () => {
    const diff = `diff --git src/a.ts src/a.ts
index 1..2 100644
--- src/a.ts
+++ src/a.ts
@@ -3 +3,2 @@ function a() {
-  return 1;
+  const one = 1;
+  return one;
@@ -10,2 +11,0 @@
-gone
-gone
diff --git old.ts old.ts
deleted file mode 100644
--- old.ts
+++ /dev/null
@@ -1 +0,0 @@
-x
`;
    expect([...parseDiff(diff)].map(([path, lines]) => [path, [...lines]])).toEqual([['src/a.ts', [3, 4]]]);
  });

  it('does not take changed text for headers', () => {
    const diff = `--- a.md
+++ a.md
@@ -1,2 +1,3 @@
--- a/b
-x
++++ c.ts
+@@ -1 +1,9 @@
+end
\\ No newline at end of file
@@ -9 +10 @@
-y
+z
`;
    expect([...parseDiff(diff)].map(([path, lines]) => [path, [...lines]])).toEqual([['a.md', [1, 2, 3, 10]]]);
  });

  it('reads quoted paths', () => {
    expect([...parseDiff('+++ "a \\"b\\".ts"\n@@ -0,0 +1 @@\n+x\n').keys()]).toEqual(['a "b".ts']);
  });
});
