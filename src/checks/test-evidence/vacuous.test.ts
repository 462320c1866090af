import { describe, expect, test } from 'vitest';

import { scanTests, testLanguage } from './vacuous.ts';

const kinds = (text: string, language: 'script' | 'python' | 'go') =>
  scanTests(text, language).suspects.map(({ name, line, kind }) => [name, line, kind]);

describe('finds what cannot fail', () => {
  test('in JavaScript and TypeScript', () => {
    const text = `import { expect, it, test } from 'vitest';
it('does nothing', () => {});
test("is a plan", async () => {
  // TODO: write it (and call charge())
});
it('is true', () => {
  expect(true).toBe(true);
});
it(\`is one\`, function () {
  assert.equal(1, 1);
  expect('a').not.toEqual('b');
});
it('looks at nothing', () => {
  const total = 3;
  const same = total;
});
it('hides it', async () => {
  try {
    expect(await charge()).toBe(1);
  } catch (error) {
    // not today
  }
});
it('leaves', async () => {
  const rows = await list();
  if (rows.length === 0) return;
  expect(rows[0]).toBe(1);
});
describe('nested', () => {
  it.only('too', () => { /* nothing { */ });
});
`;
    expect(kinds(text, 'script')).toEqual([
      ['does nothing', 2, 'empty'],
      ['is a plan', 3, 'empty'],
      ['is true', 6, 'constant'],
      ['is one', 9, 'constant'],
      ['looks at nothing', 13, 'no-call'],
      ['hides it', 17, 'swallowed'],
      ['leaves', 24, 'leaves-when-empty'],
      ['too', 30, 'empty'],
    ]);
  });

  test('in Python', () => {
    const text = `import pytest

def test_later():
    pass

def test_said():
    """charges a card, once()"""

async def test_true():
    assert True

class TestCart:
    def test_same(self):
        self.assertEqual(1, 1)

    def test_nothing(self):
        total = 3
        same = total

def test_hidden():
    try:
        assert charge() == 1
    except Exception:
        pass

def test_leaves():
    rows = list_rows()
    if not rows:
        return
    assert rows[0] == 1
`;
    expect(kinds(text, 'python')).toEqual([
      ['test_later', 3, 'empty'],
      ['test_said', 6, 'empty'],
      ['test_true', 9, 'constant'],
      ['test_same', 13, 'constant'],
      ['test_nothing', 16, 'no-call'],
      ['test_hidden', 20, 'swallowed'],
      ['test_leaves', 26, 'leaves-when-empty'],
    ]);
  });

  test('in Go', () => {
    const text = `package shop

func TestLater(t *testing.T) {
	// charge(t)
}

func TestNothing(t *testing.T) {
	total := 3
	_ = total
}

func TestTrue(t *testing.T) {
	assert.True(t, true)
}

func TestLeaves(t *testing.T) {
	rows := list()
	if len(rows) == 0 {
		return
	}
	require.Equal(t, 1, rows[0])
}
`;
    expect(kinds(text, 'go')).toEqual([
      ['TestLater', 3, 'empty'],
      ['TestNothing', 7, 'no-call'],
      ['TestTrue', 12, 'constant'],
      ['TestLeaves', 16, 'leaves-when-empty'],
    ]);
  });
});

describe('stays silent where something may fail', () => {
  test('in JavaScript and TypeScript', () => {
    const text = `
it('asserts', () => { expect(add(1, 1)).toBe(2); });
it('asserts in a helper', () => { mustCharge(card); });
it('loads', () => { require('../src/index.js'); });
it('loads too', async () => { await import('../src/index.js'); });
it('is chai', () => { value.should.be.true; });
it('waits', (done) => { done(); });
it('is about its fixture', ({ page }) => {});
it('is pending');
it.skip('is skipped', () => {});
it.todo('is planned');
it.each([1, 2])('is a table %s', () => {});
it('returns it', () => expect(add(1, 1)).toBe(2));
it('makes one', () => { new Cart; });
it('matches', () => { const open = /[({]/.test('{'); expect(open).toBe(true); });
it('divides', () => { const half = total / 2; expect(half / 2).toBe(1); });
it('templates', () => { expect(\`a \${ {b: '}'}.b } c\`).toBe('a } c'); });
it('throws', () => { throw new Error('always'); });
it('checks the error', () => { try { charge(); } catch (error) { expect(error.code).toBe(7); } });
it('cleans up', () => { try { expect(add(1, 1)).toBe(2); } finally { close(); } });
it('counts its assertions', () => { expect.assertions(1); try { charge(); } catch {} });
it('leaves later', () => { expect(rows.length).toBe(0); if (rows.length === 0) return; });
it('leaves elsewhere', () => { if (process.platform === 'win32') return; expect(add(1, 1)).toBe(2); });
const it2 = { test: (name) => name }; it2.test('a method', () => {});
emit('event', () => {});
suite.test('another runner', () => {});
`;
    expect(kinds(text, 'script')).toEqual([]);
  });

  test('in Python', () => {
    const text = `
@pytest.mark.skip
def test_skipped():
    pass

def test_fixture(database):
    pass

def test_smoke():
    create_app()

def test_with():
    with pytest.raises(ValueError):
        charge(-1)

def test_raises():
    raise NotImplementedError

def test_checks():
    try:
        charge(-1)
    except ValueError as error:
        assert error.code == 7

def test_fails_otherwise():
    try:
        charge(-1)
        assert False
    except ValueError:
        pass

def test_subscript():
    ROWS["a"]

def helper():
    pass

def test_outer():
    class TestInner:
        def test_inner(self):
            pass
    run(TestInner)

class Fake:
    def test_method(self):
        pass

def test_text():
    text = """
def not_code():
"""
    compile(text)

def test_cleans_up():
    try:
        assert charge() == 1
    finally:
        try:
            os.unlink("x")
        except OSError:
            pass

def test_skips_aloud():
    rows = list_rows()
    if not rows:
        pytest.skip("no rows")
    assert rows[0] == 1

def test_compares():
    assert total == 3  # not "assert True"

def test_guard():
    if not supported:
        return
    assert charge() == 1
`;
    expect(kinds(text, 'python')).toEqual([]);
  });

  test('in Go', () => {
    const text = `package shop

func TestSmoke(t *testing.T) { New() }

func TestIndex(t *testing.T) { _ = rows[0] }

func TestMain(m *testing.M) {}

func TestHelper(t *testing.T) {
	t.Run("a", func(t *testing.T) {})
}

func TestSkips(t *testing.T) {
	if len(rows) == 0 {
		t.Skip("no rows")
	}
	check(t)
}

func TestWindows(t *testing.T) {
	if runtime.GOOS == "windows" {
		return
	}
	check(t)
}

func helper(t *testing.T) {}
func BenchmarkX(b *testing.B) {}
`;
    expect(kinds(text, 'go')).toEqual([]);
  });
});

test.each([
  ['src/cart.test.ts', 'script'],
  ['src/__tests__/cart.jsx', 'script'],
  ['tests/test_cart.py', 'python'],
  ['hub/hub_test.go', 'go'],
  ['src/cart.ts', undefined],
  ['tests/fixtures/cart.test.ts', undefined],
  ['vendor/x/x_test.go', undefined],
])('%s is %s', (path, language) => {
  expect(testLanguage(path)).toBe(language);
});
