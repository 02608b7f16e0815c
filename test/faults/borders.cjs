// Names for the borders between the records of a long session's log, the same in each of its lives.

/** @typedef {{ type: string, step?: number, callId?: string, code?: string }} Recorded */

/**
 * Each step of the script makes one call, and the backend counts calls over the conversation: `functions.NAME:N`.
 * @param {Recorded} event
 */
const stepOf = ({ step, callId }) =>
  step ?? (callId === undefined ? undefined : Number(/:(\d+)$/.exec(callId)?.[1]) + 1);

/** @param {Recorded} event */
const borderOf = ({ type, step, callId, code }) => [type, step, callId, code].join(' ');

module.exports = { borderOf, stepOf };
