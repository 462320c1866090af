import { counts, type Ecosystem } from '../ecosystem.ts';

const COMPILE = 'mcs -target:library -r:nunit.framework.dll Shop.cs -out:Shop.dll';
const CONSOLE = 'nunit-console -nologo -noshadow -nodots -xml=nunit2.xml Shop.dll';
const NAMELESS = `sed -i 's/machine-name="[^"]*"/machine-name="builder"/; s/user-domain="[^"]*"/user-domain="builder"/' nunit2.xml`;

/** Debian 12's Mono and NUnit 2 (`apt-get install mono-mcs nunit-console libnunit-cil-dev`). */
export const ecosystem: Ecosystem = {
  name: 'mono',
  install: 'cp $(find /usr/lib/mono/gac -name nunit.framework.dll | head -1) .',
  producers: [
    {
      name: 'nunit-console',
      version: 'find /usr/lib/mono/gac/nunit.framework -mindepth 1 -printf "%f\\n" | grep -m1 ^2',
      fixtures: [
        {
          to: 'results/nunit2/console-outcomes.xml',
          run: `${COMPILE}; ${CONSOLE}; ${NAMELESS}`,
          from: 'nunit2.xml',
          said: 'Tests run: 20, Errors: 3, Failures: 8, Inconclusive: 2',
          why: 'beside the 20, 3 ignored and one that is no test method and could not be run: an error; inconclusive is skipped',
          ...counts({ passed: 7, failed: 8, errors: 4, skipped: 5 }),
        },
      ],
    },
  ],
};
