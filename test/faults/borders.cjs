// Names for the borders between the records of a long session's log, the same in each of its lives.

/** Each step of the script makes one call, and the backend counts calls over the conversation: `functions.NAME:N`. */
const stepOf = ({ step, callId }) =>
  step ?? (callId === undefined ? undefined : Number(/:(\d+)$/.exec(callId)?.[1]) + 1);

const borderOf = ({ type, step, callId, code }) => [type, step, callId, code].join(' ');

module.exports = { borderOf, stepOf };
