/** The version of this grader. The build puts the one of package.json in its place. */
declare const WIREMARK_VERSION: string | undefined;

export const version: string = typeof WIREMARK_VERSION === 'string' ? WIREMARK_VERSION : '0.0.0-source';
