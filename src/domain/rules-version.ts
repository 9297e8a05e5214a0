/**
 * Version of the rules of interpretation in this folder: source and channel, browser, OS, device and bot, spam. Raise it
 * by one with any change of what they answer, a new name in a table included: what was derived under an older version
 * is stale then, and a rebuild replays it from the log.
 */
export const RULES_VERSION = 1;
