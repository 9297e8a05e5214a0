import fc from 'fast-check';

// A change is judged by what it changes: with CI set, arbitrary values are the same in every run. Elsewhere each run
// tries new ones, and says its seed when it fails.
if (process.env['CI']) fc.configureGlobal({ seed: 20_261_125 });
