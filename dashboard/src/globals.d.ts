/** The version of this build, as in package.json. */
declare const __VERSION__: string;
