/** The transmission parameters of RFC 7252 section 4.8, times in milliseconds. */
export const ACK_TIMEOUT = 2_000;
export const ACK_RANDOM_FACTOR = 1.5;
export const MAX_RETRANSMIT = 4;
/** How long a message id of a confirmable message stays taken. */
export const EXCHANGE_LIFETIME = 247_000;
/** How long a message id of a non-confirmable message stays taken. */
export const NON_LIFETIME = 145_000;
/** After this long without an answer a request is acknowledged by itself; well below ACK_TIMEOUT, after which it would come again. */
export const SEPARATE_AFTER = 1_000;
