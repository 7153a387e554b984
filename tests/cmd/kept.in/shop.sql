-- MySQL dump 10.13  Distrib 8.0.23, for Linux (x86_64)

CREATE TABLE `payers` (`id` int NOT NULL, `iin` char(12), `phone` varchar(20));
INSERT INTO `payers` (`id`, `iin`, `phone`) VALUES (1,'900517252607','+77000000001'),(2,'850112118154','+77000000002');

-- Dump completed on 2022-05-10  9:15:00
