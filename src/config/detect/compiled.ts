import { below, type Repository } from './repository.ts';
import type { Suite } from './suite.ts';

/** Tests of Go modules: `go test -json` is the runner's own report, and its coverage profile comes with it. */
export async function goSuites(repository: Repository): Promise<readonly Suite[]> {
  const folders = await repository.projects(['go.mod']);
  const suites = folders.map(async (folder) => {
    const tests = await repository.glob([below(folder, '**/*_test.go')]);
    if (tests.length === 0) return [];
    return [
      {
        runner: 'go test',
        stage: 'unit' as const,
        folder,
        run: 'go test -json -coverprofile=coverage.out ./... > go-test.json',
        results: [below(folder, 'go-test.json')],
        coverage: [below(folder, 'coverage.out')],
        setup: ['go mod download'],
        because: below(folder, 'go.mod'),
        unknown: [],
      },
    ];
  });
  return (await Promise.all(suites)).flat();
}

/** Tests of Cargo packages and workspaces. */
export async function rustSuites(repository: Repository): Promise<readonly Suite[]> {
  const folders = await repository.projects(['Cargo.toml']);
  const suites = folders.map(async (folder): Promise<Suite> => {
    const at = (path: string) => below(folder, path);
    const nextest = await repository.text(at('.config/nextest.toml'));
    const profile = /\[profile\.([\w-]+)\.junit\]/.exec(nextest)?.[1];
    const common = { stage: 'unit' as const, folder, coverage: [], unknown: [] };
    if (profile === undefined) {
      return {
        ...common,
        runner: 'cargo test',
        run: 'cargo test --workspace --no-fail-fast > cargo-test.txt 2>&1',
        results: [at('cargo-test.txt')],
        setup: [],
        because: at('Cargo.toml'),
      };
    }
    return {
      ...common,
      runner: 'cargo nextest',
      run: `cargo nextest run --workspace --no-fail-fast --profile ${profile}`,
      results: [at(`target/nextest/${profile}/*.xml`)],
      setup: ['cargo install --locked cargo-nextest'],
      because: at('.config/nextest.toml'),
    };
  });
  return Promise.all(suites);
}

/** Tests of Maven and Gradle builds; both write JUnit XML without being asked. */
export async function jvmSuites(repository: Repository): Promise<readonly Suite[]> {
  const maven = await repository.projects(['pom.xml']);
  const gradle = await repository.projects(['build.gradle', 'build.gradle.kts']);
  return [
    ...(await Promise.all(maven.map((folder) => mavenSuite(repository, folder)))),
    ...(await Promise.all(gradle.filter((folder) => !maven.includes(folder)).map((folder) => gradleSuite(repository, folder)))),
  ];
}

async function mavenSuite(repository: Repository, folder: string): Promise<Suite> {
  const at = (path: string) => below(folder, path);
  const pom = await repository.text(at('pom.xml'));
  const [jacoco, failsafe] = [/jacoco-maven-plugin/.test(pom), /maven-failsafe-plugin/.test(pom)];
  const program = (await repository.exists(at('mvnw'))) ? './mvnw' : 'mvn';
  return {
    runner: 'Maven',
    stage: 'unit',
    folder,
    run: `${program} --batch-mode --fail-at-end ${jacoco || failsafe ? 'verify' : 'test'}`,
    results: [at('**/target/surefire-reports/TEST-*.xml'), ...(failsafe ? [at('**/target/failsafe-reports/TEST-*.xml')] : [])],
    coverage: jacoco ? [at('**/target/site/jacoco/jacoco.xml')] : [],
    setup: [],
    because: at('pom.xml'),
    unknown: [],
  };
}

async function gradleSuite(repository: Repository, folder: string): Promise<Suite> {
  const at = (path: string) => below(folder, path);
  const build = `${await repository.text(at('build.gradle'))}${await repository.text(at('build.gradle.kts'))}`;
  const jacoco = /\bjacoco\b/.test(build);
  const program = (await repository.exists(at('gradlew'))) ? './gradlew' : 'gradle';
  return {
    runner: 'Gradle',
    stage: 'unit',
    folder,
    run: `${program} --no-daemon --continue test${jacoco ? ' jacocoTestReport' : ''}`,
    results: [at('**/build/test-results/test/*.xml')],
    coverage: [],
    setup: [],
    because: at('build.gradle'),
    unknown: jacoco
      ? [
          'Whether JaCoCo writes XML: with `reports { xml.required = true }` in the build, `coverage: {files: "**/build/reports/jacoco/test/jacocoTestReport.xml"}` reads it.',
        ]
      : [],
  };
}

/** Tests of .NET solutions and projects. */
export async function dotnetSuites(repository: Repository): Promise<readonly Suite[]> {
  const solutions = await repository.projects(['*.sln', '*.slnx']);
  const folders = solutions.length > 0 ? solutions : await repository.projects(['*.csproj', '*.fsproj']);
  const suites = folders.map(async (folder): Promise<readonly Suite[]> => {
    const at = (path: string) => below(folder, path);
    const projects = await repository.glob([at('**/*.csproj'), at('**/*.fsproj'), at('Directory.Packages.props')]);
    const text = (await Promise.all(projects.slice(0, 200).map((path) => repository.text(path)))).join('\n');
    if (!/Microsoft\.NET\.Test\.Sdk|MSTest\.Sdk|xunit/i.test(text)) return [];
    const coverlet = /coverlet\.collector/.test(text);
    return [
      {
        runner: 'dotnet test',
        stage: 'unit',
        folder,
        run: `dotnet test --logger trx --results-directory reports${coverlet ? ' --collect "XPlat Code Coverage"' : ''}`,
        results: [at('reports/*.trx')],
        coverage: coverlet ? [at('reports/*/coverage.cobertura.xml')] : [],
        setup: ['dotnet restore'],
        because: `a test project below ${folder === '.' ? 'the root' : folder}`,
        unknown: [],
      },
    ];
  });
  return (await Promise.all(suites)).flat();
}
