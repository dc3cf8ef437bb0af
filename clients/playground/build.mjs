// Bundles GraphiQL and the workers of its editors into the folder that the gateway embeds.
import { rm, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const target = resolve(process.argv[2] ?? '../../gateway/playground-dist');
const KEPT = ['.gitignore'];

await mkdir(target, { recursive: true });
for (const name of await readdir(target)) {
  if (!KEPT.includes(name)) await rm(join(target, name), { recursive: true });
}
const shared = {
  bundle: true,
  minify: true,
  legalComments: 'linked',
  target: 'es2022',
  outdir: target,
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
};
await build({
  ...shared,
  entryPoints: { playground: 'src/playground.js' },
  format: 'esm',
  // Monaco's icons.
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
});
await build({
  ...shared,
  // Workers are classic scripts: each has to be whole.
  format: 'iife',
  entryPoints: {
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
});
