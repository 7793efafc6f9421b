/**
 * How the page is built: into dist/, everything in it, nothing fetched from elsewhere. The supervisor serves the
 * folder as it is; assets carry a hash of what is in them.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
