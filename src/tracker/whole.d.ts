/** True in `antics.js`, false in `antics.core.js`: the build decides, and leaves out what the file has no use for. */
declare const WHOLE: boolean;
