// SCIMMY on loopback: prints its port. ARGS: the token; "ignore-filter" answers every search with everybody.
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const [token, mode] = process.argv.slice(2);
const users = new Map();

SCIMMY.Config.set({ patch: { supported: true }, filter: { supported: true, maxResults: 100 } });
SCIMMY.Resources.declare(SCIMMY.Resources.User)
  .ingress(async (resource, data) => {
    const id = resource.id ?? `u-${users.size + 1}`;
    const user = { ...(users.get(id) ?? {}), ...JSON.parse(JSON.stringify(data)), id };
    const clash = [...users.values()].find((one) => one.id !== id && one.userName === user.userName);
    if (clash) throw new SCIMMY.Types.Error(409, "uniqueness", "userName is taken");
    users.set(id, user);
    return user;
  })
  .egress(async (resource) => {
    if (resource.id) {
      if (!users.has(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
      return users.get(resource.id);
    }
    const all = [...users.values()];
    return resource.filter && mode !== "ignore-filter" ? resource.filter.match(all) : all;
  })
  .degress(async (resource) => {
    if (!users.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
  });

const app = express();
app.use("/scim", new SCIMMYRouters({
  type: "bearer",
  handler: (request) => {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("the token is not known");
    return "admin";
  },
}));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("SIGTERM", () => process.exit(0));
process.stdin.on("end", () => process.exit(0)).resume();
