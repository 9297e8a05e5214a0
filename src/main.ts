const OLDEST = [22, 12] as const;

/** Before anything else is loaded: an older Node stops at some line of a package, and says nothing of use. */
function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  console.error(
    `antics: this is Node ${process.versions.node}, and Antics needs ${OLDEST.join('.')} or newer. ` +
      'On Linux "npm ci" brings one along, which "npm start" uses.',
  );
  process.exit(1);
}

requireNode();
const { main } = await import('./program.ts');
// After what it loads first: see there.
const { AppModule } = await import('./app.module.ts');
await main(AppModule.of);
