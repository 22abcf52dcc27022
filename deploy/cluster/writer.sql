-- Which node writes, as the cluster knows it. The checker of the writer (check_node.sh) writes here
-- every half second: a node that cannot commit this may not be used, whatever it says of itself.
-- With Galera the row also decides: where its node is no member any more the first of the others to
-- replace it wins, as of two such changes the cluster certifies one.
CREATE DATABASE stagedoor_cluster;
CREATE TABLE stagedoor_cluster.writer (
  only_row TINYINT PRIMARY KEY CHECK (only_row = 1),
  node VARCHAR(64) NOT NULL,
  seen_at DATETIME(6) NOT NULL
) ENGINE = InnoDB;
INSERT INTO stagedoor_cluster.writer VALUES (1, 'node1', SYSDATE(6));
GRANT SELECT, UPDATE ON stagedoor_cluster.writer TO cluster_checker@localhost;
