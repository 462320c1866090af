/** Shell that prints the version of an installed package, whatever the package exports. */
export function npmVersion(name: string): string {
  return `node -p "JSON.parse(fs.readFileSync('node_modules/${name}/package.json')).version"`;
}
