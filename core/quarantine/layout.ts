/**
 * The part of the inbox's file in which the quarantine lives. An entry stands once for each position and sample (-1: the whole
 * message); its id is its number in the row of all that ever came. `origin` and `only`: the position under which its samples had their ids
 * first, and the one sample of the message that is meant, where it was driven in again before. `quarantine_left`: what has left while its message
 * is still in the inbox, so that a redelivery does not put it there again. `release`: the release that is running, or was the last.
 *
 * The indexes in which entries come in their order hold all that a filter asks for. That by device holds little: entries of many devices come to all its pages,
 * and with more in them an insert would cost twice as much.
 */
export const QUARANTINE_TABLES = `
  ALTER TABLE quarantine RENAME TO former_quarantine;
  CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY, position INTEGER NOT NULL, sample INTEGER NOT NULL, channel TEXT NOT NULL, device TEXT NOT NULL, principal TEXT NOT NULL,
    via TEXT NOT NULL, topic TEXT NOT NULL, received REAL NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, reasons TEXT, contract TEXT, version INTEGER,
    quarantined REAL NOT NULL, origin INTEGER NOT NULL, only INTEGER, conflated INTEGER NOT NULL, format TEXT NOT NULL, payload BLOB NOT NULL
  ) STRICT;
  UPDATE meta SET name = 'quarantine_lost' WHERE name = 'quarantine_dropped';
  INSERT INTO quarantine
    SELECT row_number() OVER (ORDER BY position) + (SELECT value FROM meta WHERE name = 'quarantine_lost'), position, -1, '', device, principal,
      via, topic, received, reason, detail, NULL, NULL, NULL, quarantined, position, NULL, 0, format, payload
    FROM former_quarantine ORDER BY position;
  DROP TABLE former_quarantine;
  INSERT INTO meta SELECT 'quarantine_put', count(*) + (SELECT value FROM meta WHERE name = 'quarantine_lost') FROM quarantine;
  INSERT INTO meta SELECT 'quarantine_bytes', coalesce(sum(octet_length(payload) + octet_length(topic)), 0) FROM quarantine;
  INSERT INTO meta VALUES ('quarantine_released', 0), ('quarantine_dropped', 0), ('quarantine_time', 0), ('quarantine_steady', 0);
  CREATE UNIQUE INDEX quarantine_once ON quarantine (position, sample);
  CREATE INDEX quarantine_of_device ON quarantine (device, id);
  CREATE INDEX quarantine_of_reason ON quarantine (reason, id, device, contract, received);
  CREATE INDEX quarantine_of_contract ON quarantine (contract, id, device, reason, received) WHERE contract IS NOT NULL;
  CREATE INDEX quarantine_by_reception ON quarantine (received, id, device, reason, contract);
  CREATE TABLE quarantine_left (position INTEGER NOT NULL, sample INTEGER NOT NULL, PRIMARY KEY (position, sample)) STRICT, WITHOUT ROWID;
  CREATE TABLE release (only INTEGER PRIMARY KEY CHECK (only = 1), progress TEXT NOT NULL) STRICT`;
