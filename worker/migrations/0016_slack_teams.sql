-- Whether anybody else uses the bot of a workspace is asked before its token is given back.
CREATE INDEX slack_connections_of_team ON slack_connections (team_id);
