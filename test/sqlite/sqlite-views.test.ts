/** Read models in SQLite beyond the contract: tables of the handlers' own, durability, other processes. */
import { join } from "node:path";
import { expect } from "chai";
import Database from "libsql";
import { type SqliteViews, sqliteViews } from "rekindle/sqlite";
import { ViewConflictError } from "#src/errors/view-conflict-error.js";
import { temporaryFolder } from "../support/every-storage.ts";
import { rejection } from "../support/waiting.ts";

describe("sqliteViews", () => {
  const folder = temporaryFolder();
  const opened: SqliteViews[] = [];
  let files = 0;
  let path = "";

  function open(): SqliteViews {
    const views = sqliteViews(path);
    opened.push(views);
    return views;
  }

  beforeEach(() => {
    path = join(folder, `${++files}.db`);
  });
  afterEach(() => {
    for (const views of opened.splice(0)) views.close();
  });

  const step = { name: "sales", generation: 1, slice: 0 };

  it("flushes every commit to the disk, whoever opened the database", () => {
    const db = new Database(path);
    for (const { db: handle } of [open(), sqliteViews(db)]) {
      expect(handle.prepare("PRAGMA synchronous").all()).to.deep.equal([{ synchronous: 2 }]);
      expect(handle.prepare("PRAGMA journal_mode").all()).to.deep.equal([{ journal_mode: "wal" }]);
    }
    db.close();
  });

  it("stores what a handler writes in the same transaction as the place, or nothing of it", async () => {
    const views = open();
    await views.beginTables("sales", [0], (sql) => sql.run(`CREATE TABLE ${sql.table("sums")} (sku TEXT, n INT)`));
    await views.transact({ ...step, expectedOffset: 0, offset: 3 }, (sql) => {
      sql.run(`INSERT INTO ${sql.table("sums")} VALUES (?, ?)`, "banana", 2);
      return 2;
    });
    const failed = views.transact({ ...step, expectedOffset: 2, offset: 5 }, (sql) => {
      sql.run(`DELETE FROM ${sql.table("sums")}`);
      throw new Error("a mistake of the handler");
    });
    expect(await rejection(failed)).to.have.property("message", "a mistake of the handler");
    expect(views.db.prepare("SELECT * FROM sums").all()).to.deep.equal([{ sku: "banana", n: 2 }]);
    expect((await views.find("sales"))?.generations[0]?.offsets).to.deep.equal([2]);
  });

  it("refuses the step of a second process that does not know of the first one's", async () => {
    const [one, other] = [open(), open()];
    await one.begin("sales", [0]);
    await one.commit({ ...step, expectedOffset: 0, offset: 4, changes: [] });
    const late = other.transact({ ...step, expectedOffset: 0, offset: 3 }, () => 3);
    expect(await rejection(late)).to.be.instanceOf(ViewConflictError);
    expect(await rejection(late)).to.include({ code: "VIEW_CONFLICT", expectedOffset: 0, actualOffset: 4 });
  });

  it("builds tables beside the live ones, and gives them their names in one transaction", async () => {
    const views = open();
    const schema = (sql: Parameters<Parameters<SqliteViews["beginTables"]>[2]>[0]): void => {
      sql.run(`CREATE TABLE ${sql.table("sums")} (n INT)`);
      sql.run(`CREATE INDEX ${sql.table("sums_by_n")} ON ${sql.table("sums")} (n)`);
    };
    for (const generation of [1, 2, 3]) {
      await views.beginTables("sales", [0], schema);
      const version = { ...step, generation };
      await views.transact({ ...version, expectedOffset: 0, offset: 1 }, (sql) => {
        return sql.run(`INSERT INTO ${sql.table("sums")} VALUES (?)`, generation);
      });
      const before = Math.max(1, generation - 1);
      expect(views.db.prepare("SELECT n FROM sums").all()).to.deep.equal([{ n: before }]);
      await views.switchTo(version);
      expect(views.db.prepare("SELECT n FROM sums").all()).to.deep.equal([{ n: generation }]);
      const indexes = "SELECT count(*) AS n FROM sqlite_master WHERE type = 'index' AND tbl_name = 'sums'";
      expect(views.db.prepare(indexes).all()).to.deep.equal([{ n: 1 }]);
    }
    await views.drop("sales");
    const left = views.db.prepare("SELECT name FROM sqlite_master WHERE name NOT LIKE '%\\_%' ESCAPE '\\'").all();
    expect(left).to.deep.equal([]);
  });

  it("refuses names that are no names, and tables of another view", async () => {
    const views = open();
    for (const name of ["a b", "rekindle_views", "sqlite_x", "a__2", 'x"; DROP TABLE y', ""]) {
      expect(await rejection(views.beginTables("sales", [0], (sql) => sql.table(name)))).to.be.instanceOf(TypeError);
    }
    await views.beginTables("sales", [0], (sql) => sql.run(`CREATE TABLE ${sql.table("sums")} (n INT)`));
    const taken = views.beginTables("others", [0], (sql) => sql.table("sums"));
    expect(await rejection(taken)).to.have.property("message", "The table sums belongs to the view sales");
  });

  it("says what is wrong with a database that it cannot use", async () => {
    expect(() => sqliteViews(join(folder, "no", "such", "folder", "x.db"))).to.throw("failed while opening");
    for (const wrong of ["", 5, {}, null]) expect(() => sqliteViews(wrong as string)).to.throw(TypeError);
    const views = open();
    await views.begin("sales", [0]);
    const wrong = views.commit({ ...step, expectedOffset: 0, offset: 1, changes: [], events: [emitted] });
    expect(await rejection(wrong)).to.be.instanceOf(TypeError);
  });

  const emitted = { persistenceId: "a|1", entityType: "a", entityId: "1", events: [] };
});
